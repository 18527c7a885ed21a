import type { RestKind } from '../adapter-kind.js';
import { createRestAdapter } from '../rest/rest-adapter.js';
import { taxDefinition } from './definition.js';

/** The tax registry over signed REST. Operation: `clearance` (parameter `includeDebts`, default false). */
export const tax: RestKind = {
  name: 'tax',
  protocol: 'rest',
  operations: () => taxDefinition().operations,
  create: (connection, parts) => createRestAdapter(taxDefinition(), connection, parts),
  simulator: async () => (await import('./simulator/kind.js')).taxSimulator,
};
