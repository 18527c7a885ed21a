import type { SoapKind } from '../adapter-kind.js';
import { createSoapAdapter } from '../soap/soap-adapter.js';
import { propertyDefinition } from './definition.js';

/**
 * The cadastre over signed SOAP 1.2. Operations: `ownership` (by person or business), `property-card`. Answers may
 * come late: they are polled for, and taken as callbacks.
 */
export const property: SoapKind = {
  name: 'property',
  protocol: 'soap',
  operations: () => propertyDefinition().operations,
  create: (connection, parts) => createSoapAdapter(propertyDefinition(), connection, parts),
  simulator: async () => (await import('./simulator/kind.js')).propertySimulator,
};
