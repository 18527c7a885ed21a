import type { RegistryKey } from '../src/signing/development-keys.js';
import type { RestChoice, SoapChoice } from '../src/signing/profiles/index.js';
import type { RestKind, SoapKind } from './adapter-kind.js';
import { createRestAdapter } from './rest/rest-adapter.js';
import type { RestDefinition } from './rest/rest-definition.js';
import type { SimulatorKind } from './simulator-kind.js';
import { createSoapAdapter } from './soap/soap-adapter.js';
import type { SoapDefinition } from './soap/soap-definition.js';

interface Parts<Protocol, Definition, Choice, Kind extends SoapKind | RestKind> {
  /** Name in the configuration, in the catalogue and in metrics; that of the definition too. */
  readonly name: string;
  readonly protocol: Protocol;
  /** Read when it is needed, because it finds its contract beside this package. */
  readonly definition: () => Definition;
  /** Loads the simulator: `async () => (await import('./simulator/kind.js')).thatSimulator`. */
  readonly simulator: () => Promise<SimulatorKind<Choice>>;
  /** Default: a P-256 JWK `<name>` for REST, an RSA certificate `<name>-wss` for SOAP. */
  readonly keys?: readonly RegistryKey[];
  /** JSON Schema of `options` in the adapter's settings. Default: it takes none. */
  readonly optionsSchema?: Readonly<Record<string, unknown>>;
  /** For a registry that is more than one address. Default: one adapter at the configured address. */
  readonly create?: Kind['create'];
}

export type SoapAdapterParts = Parts<'soap', SoapDefinition, SoapChoice, SoapKind>;
export type RestAdapterParts = Parts<'rest', RestDefinition, RestChoice, RestKind>;

/**
 * Makes an adapter of what tells its registry from others; signing, sending, verifying, schemas and mapping are the
 * same for all. The adapter then stands in `adapters/index.ts`, and nowhere else.
 */
export function defineAdapter(parts: SoapAdapterParts): SoapKind;
export function defineAdapter(parts: RestAdapterParts): RestKind;
export function defineAdapter(parts: SoapAdapterParts | RestAdapterParts): SoapKind | RestKind {
  const { name, simulator, optionsSchema } = parts;
  const options = optionsSchema === undefined ? {} : { optionsSchema };
  if (parts.protocol === 'soap') {
    const { definition, keys = [{ name: `${name}-wss`, type: 'rsa' as const }] } = parts;
    return {
      name,
      protocol: 'soap',
      keys,
      definition,
      operations: () => definition().operations,
      create: parts.create ?? ((connection, given) => createSoapAdapter(definition(), connection, given)),
      simulator: simulator as SoapKind['simulator'],
      ...options,
    };
  }
  const { definition, keys = [{ name, type: 'jwk' as const }] } = parts;
  return {
    name,
    protocol: 'rest',
    keys,
    definition,
    operations: () => definition().operations,
    create: parts.create ?? ((connection, given) => createRestAdapter(definition(), connection, given)),
    simulator: simulator as RestKind['simulator'],
    ...options,
  };
}
