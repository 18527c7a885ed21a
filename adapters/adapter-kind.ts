import type { ValidateEvidence } from '../contracts/canonical/validate.js';
import type { Clock } from '../src/clock.js';
import type { RegistryKey } from '../src/signing/development-keys.js';
import type { RestChoice, SoapChoice } from '../src/signing/profiles/index.js';
import type { RestProfile, SoapProfile } from '../src/signing/profiles/profile.js';
import type { Adapter, Operation } from './adapter.js';
import type { RestDefinition } from './rest/rest-definition.js';
import type { SimulatorKind } from './simulator-kind.js';
import type { SoapDefinition } from './soap/soap-definition.js';

/** Where one registry is and how patiently it is called; out of `config/adapters/<name>.json`. */
export interface AdapterConnection {
  /** Where the registry listens, `https:` outside of a development machine. REST: the base of its paths. */
  readonly endpoint: string;
  /** The registry's address as the registry knows it (SOAP `wsa:To`, ModI `aud`), wherever it is reached. */
  readonly to: string;
  /** Where the registry sends late answers: `<public origin>/v1/callbacks/<name>`. */
  readonly callbackUrl: string;
  /** Name look-up, TCP and TLS. */
  readonly connectTimeoutMs: number;
  /** From sending to the last byte of the answer; the exchange's deadline may end it sooner. */
  readonly callTimeoutMs: number;
  /** Connections at the same time. */
  readonly maxSockets: number;
  /** Trust and client certificate of the TLS layer; the platform's trust when absent. PEM. */
  readonly tls?: { readonly ca?: string; readonly cert?: string; readonly key?: string };
  /** What only this adapter knows; held against its `optionsSchema` when the configuration is read. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** What an adapter does not make itself. */
export interface AdapterParts<Profile> {
  /** Both sides of the configured profile: ours when we ask, and ours when the registry calls back. */
  readonly profile: Profile;
  readonly clock: Clock;
  readonly validateEvidence: ValidateEvidence;
  /** New message ids, where an exchange needs one of its own besides its stable id. */
  readonly nextId: () => string;
}

interface Kind<Protocol extends 'soap' | 'rest', Profile, Choice, Definition> {
  /** Name in the configuration, in the catalogue and in metrics. */
  readonly name: string;
  readonly protocol: Protocol;
  /** What tells this registry from another of its protocol. */
  definition(): Definition;
  /** What it promises, without building it; for checking a configuration. */
  operations(): readonly Operation[];
  /** JSON Schema of `options` in the adapter's settings. Default: it takes none. */
  readonly optionsSchema?: Readonly<Record<string, unknown>>;
  create(connection: AdapterConnection, parts: AdapterParts<Profile>): Promise<Adapter>;
  /** Development keys that its simulator signs with, and that are pinned when it is asked. */
  readonly keys: readonly RegistryKey[];
  /** The registry's stand-in for development, tests and the conformance suite; loaded only when asked for. */
  simulator(): Promise<SimulatorKind<Choice>>;
}

export type SoapKind = Kind<'soap', SoapProfile, SoapChoice, SoapDefinition>;
export type RestKind = Kind<'rest', RestProfile, RestChoice, RestDefinition>;

/** One kind of registry that this program can talk to. */
export type AdapterKind = SoapKind | RestKind;
