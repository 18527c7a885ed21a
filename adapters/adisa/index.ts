import { defineAdapter } from '../define-adapter.js';
import { adisaDefinition } from './definition.js';

/**
 * The counters of ADISA over signed REST. Operation: `counter-document` (parameter `documentKind`). The other
 * direction, ADISA's applications to municipalities, is `POST /v1/applications` of the gateway's own API.
 */
export const adisa = defineAdapter({
  name: 'adisa',
  protocol: 'rest',
  definition: adisaDefinition,
  simulator: async () => (await import('./simulator/kind.js')).adisaSimulator,
});
