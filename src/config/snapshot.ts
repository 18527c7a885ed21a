import { readMunicipalities } from '../../contracts/municipalities.js';
import { type Authorise, createAuthorise } from '../authorisation/authorise.js';
import { createQueries, type Queries } from '../catalogue/queries.js';
import { createServices, type Services } from '../catalogue/services.js';
import type { Meaning } from './check-meaning.js';
import type { ClientSettings, Config, OperatorSettings } from './config.js';
import type { Keyring } from './keyring.js';
import type { WholeConfig } from './read-whole.js';

/**
 * One configuration with all that is made of it: what belongs together is exchanged together. Whoever answers a
 * request takes the snapshot once and keeps to it.
 */
export interface Snapshot {
  readonly config: Config;
  readonly meaning: Meaning;
  readonly keyring: Keyring;
  /** By id. */
  readonly clients: ReadonlyMap<string, ClientSettings>;
  /** By id. */
  readonly operators: ReadonlyMap<string, OperatorSettings>;
  readonly queries: Queries;
  readonly services: Services;
  readonly authorise: Authorise;
}

/** Makes everything of a configuration that was found to be in order. */
export function createSnapshot({ config, meaning }: WholeConfig, keyring: Keyring): Snapshot {
  return {
    config,
    meaning,
    keyring,
    clients: new Map(config.clients.map((client) => [client.id, client])),
    operators: new Map(config.operators.map((operator) => [operator.id, operator])),
    queries: createQueries(config.queries),
    services: createServices(config, readMunicipalities()),
    authorise: createAuthorise(config.policies),
  };
}
