import type { RestKind } from '../adapter-kind.js';
import { createRestAdapter } from '../rest/rest-adapter.js';
import { adisaDefinition } from './definition.js';

/**
 * The counters of ADISA over signed REST. Operation: `counter-document` (parameter `documentKind`). The other
 * direction, ADISA's applications to municipalities, is `POST /v1/applications` of the gateway's own API.
 */
export const adisa: RestKind = {
  name: 'adisa',
  protocol: 'rest',
  operations: () => adisaDefinition().operations,
  create: (connection, parts) => createRestAdapter(adisaDefinition(), connection, parts),
  simulator: async () => (await import('./simulator/kind.js')).adisaSimulator,
};
