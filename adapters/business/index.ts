import { defineAdapter } from '../define-adapter.js';
import { businessDefinition } from './definition.js';

/**
 * The business register over signed REST. Operations: `extract` (parameter `historic`, default false; may come late)
 * and `companies-of-person`.
 */
export const business = defineAdapter({
  name: 'business',
  protocol: 'rest',
  definition: businessDefinition,
  simulator: async () => (await import('./simulator/kind.js')).businessSimulator,
});
