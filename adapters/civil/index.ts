import { defineAdapter } from '../define-adapter.js';
import { civilDefinition } from './definition.js';

/**
 * The civil status registry over signed SOAP 1.1. Operations: `person`, `family-composition`, `civil-fact`
 * (parameter `factKind`), `residence`.
 */
export const civil = defineAdapter({
  name: 'civil',
  protocol: 'soap',
  definition: civilDefinition,
  simulator: async () => (await import('./simulator/kind.js')).civilSimulator,
});
