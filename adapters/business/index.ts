import type { RestKind } from '../adapter-kind.js';
import { createRestAdapter } from '../rest/rest-adapter.js';
import { businessDefinition } from './definition.js';

/**
 * The business register over signed REST. Operations: `extract` (parameter `historic`, default false; may come late)
 * and `companies-of-person`.
 */
export const business: RestKind = {
  name: 'business',
  protocol: 'rest',
  operations: () => businessDefinition().operations,
  create: (connection, parts) => createRestAdapter(businessDefinition(), connection, parts),
  simulator: async () => (await import('./simulator/kind.js')).businessSimulator,
};
