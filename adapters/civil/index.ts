import type { Adapter } from '../adapter.js';
import { createSoapAdapter, type SoapParts, type SoapSettings } from '../soap/soap-adapter.js';
import { civilDefinition } from './definition.js';

/**
 * The civil status registry over signed SOAP 1.1. Operations: `person`, `family-composition`, `civil-fact`
 * (parameter `factKind`).
 */
export function createCivilAdapter(settings: SoapSettings, parts: SoapParts): Promise<Adapter> {
  return createSoapAdapter(civilDefinition(), settings, parts);
}
