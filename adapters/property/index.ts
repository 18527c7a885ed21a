import { defineAdapter } from '../define-adapter.js';
import { propertyDefinition } from './definition.js';

/**
 * The cadastre over signed SOAP 1.2. Operations: `ownership` (by person or business), `property-card`, `register-prohibition` (parameter
 * `grounds`; an act, entered each time that it is executed). Answers may
 * come late: they are polled for, and taken as callbacks.
 */
export const property = defineAdapter({
  name: 'property',
  protocol: 'soap',
  keys: [{ name: 'property-wss', type: 'ec' }],
  definition: propertyDefinition,
  simulator: async () => (await import('./simulator/kind.js')).propertySimulator,
});
