import { defineAdapter } from '../define-adapter.js';
import { taxDefinition } from './definition.js';

/** The tax registry over signed REST. Operation: `clearance` (parameter `includeDebts`, default false). */
export const tax = defineAdapter({
  name: 'tax',
  protocol: 'rest',
  definition: taxDefinition,
  simulator: async () => (await import('./simulator/kind.js')).taxSimulator,
});
