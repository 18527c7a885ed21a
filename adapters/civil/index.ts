import type { SoapKind } from '../adapter-kind.js';
import { createSoapAdapter } from '../soap/soap-adapter.js';
import { civilDefinition } from './definition.js';

/**
 * The civil status registry over signed SOAP 1.1. Operations: `person`, `family-composition`, `civil-fact`
 * (parameter `factKind`), `residence`.
 */
export const civil: SoapKind = {
  name: 'civil',
  protocol: 'soap',
  operations: () => civilDefinition().operations,
  create: (connection, parts) => createSoapAdapter(civilDefinition(), connection, parts),
  simulator: async () => (await import('./simulator/kind.js')).civilSimulator,
};
