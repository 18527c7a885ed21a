import { defineAdapter } from '../define-adapter.js';
import { taxDefinition } from './definition.js';

/**
 * The tax registry over signed REST. Operations: `clearance` (parameter `includeDebts`, default false)
 * and `certificate`, which is issued and paid each time that it is executed.
 */
export const tax = defineAdapter({
  name: 'tax',
  protocol: 'rest',
  definition: taxDefinition,
  simulator: async () => (await import('./simulator/kind.js')).taxSimulator,
});
