import type { Directions, SoapChoice } from '../signing/profiles/index.js';
import type {
  GroupSettings,
  MunicipalitySettings,
  QuerySettings,
  ServiceSettings,
} from './catalogue-settings.js';

/** Settings of one installation, as read from the folder `URA_CONFIG` and validated. Each part has its schema. */
export interface Config {
  readonly gateway: GatewaySettings;
  readonly clients: readonly ClientSettings[];
  readonly policies: readonly PolicySettings[];
  readonly adapters: readonly AdapterSettings[];
  /** Questions to registries. */
  readonly queries: readonly QuerySettings[];
  /** Administrative services, and the groups that they stand in. */
  readonly services: readonly ServiceSettings[];
  readonly groups: readonly GroupSettings[];
  /** Only the municipalities that differ from the national catalogue. */
  readonly municipalities: readonly MunicipalitySettings[];
}

/** `config/gateway.json` */
export interface GatewaySettings {
  readonly publicOrigins: readonly string[];
  readonly http: {
    readonly bodyLimitBytes: number;
    readonly bodyTimeoutMs: number;
    readonly behindProxy: boolean;
    readonly tls?: { readonly certificate: string; readonly privateKey: string };
  };
  readonly keys: {
    readonly http: string;
    readonly messages: { readonly privateKey: string; readonly certificate: string };
  };
  readonly dispatch: {
    readonly leaseMs: number;
    readonly pollMs: number;
    readonly defaultDeadlineMinutes: number;
  };
  readonly kafka: {
    readonly partitionsPerTopic: number;
    readonly replicationFactor: number;
    readonly clientProperties: Readonly<Record<string, string | number | boolean>>;
  };
}

/** `config/clients/*.json` */
export interface ClientSettings {
  readonly id: string;
  readonly name: string;
  readonly municipality: string;
  readonly organisations: readonly string[];
  /** Key files, or folders of them. */
  readonly keys: readonly string[];
  readonly events?: { readonly encryptionKey: string };
  readonly crl?: CrlSettings;
}

/** `crl` of a client or an adapter: the revocation list of whoever issued the partner's certificates. */
export interface CrlSettings {
  /** Certificate file of the issuer, who signs the list. */
  readonly issuer: string;
  /** Files and URLs, asked in this order until one gives a list. */
  readonly sources: readonly string[];
  readonly refreshMinutes: number;
}

/** `config/policies/*.json` */
export interface PolicySettings {
  readonly client: string;
  readonly grants: readonly GrantSettings[];
}

export interface GrantSettings {
  readonly id: string;
  readonly service: string;
  readonly purposes: readonly string[];
  readonly fields: readonly string[];
}

/** `config/adapters/*.json` */
export interface AdapterSettings {
  readonly name: string;
  readonly endpoint: string;
  readonly to: string;
  readonly profile: Directions<SoapChoice>;
  /** Key files, or folders of them. */
  readonly trust: readonly string[];
  readonly crl?: CrlSettings;
  readonly connectTimeoutMs: number;
  readonly callTimeoutMs: number;
  readonly concurrency: number;
  readonly queueLimit: number;
  readonly retry: { readonly baseMs: number; readonly capMs: number; readonly maxInvalidAttempts: number };
}
