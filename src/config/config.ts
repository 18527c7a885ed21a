import type { RetryPolicy } from '../dispatch/retry-policy.js';
import type { OperatorRole } from '../operator/roles.js';
import type { Scope } from '../operator/scope.js';
import type { CircuitSettings } from '../registries/circuit.js';
import type { Directions, RestChoice, SoapChoice } from '../signing/profiles/index.js';
import type {
  GroupSettings,
  MunicipalitySettings,
  QuerySettings,
  ServiceSettings,
} from './catalogue-settings.js';

/** Age up to which a submission over Kafka is taken where the settings say nothing: a broker may be down over a weekend. */
export const INTAKE_HOURS = 72;
/** How long idempotency keys are kept where the settings say nothing. */
export const KEY_DAYS = 90;

/** Settings of one installation, as read from the folder `URA_CONFIG` and validated. Each part has its schema. */
export interface Config {
  readonly gateway: GatewaySettings;
  readonly clients: readonly ClientSettings[];
  /** Who may look after requests that are not theirs. */
  readonly operators: readonly OperatorSettings[];
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
    /** Of bodies that may hold documents. Default 4 MiB. */
    readonly documentLimitBytes?: number;
    readonly bodyTimeoutMs: number;
    readonly behindProxy: boolean;
    /** Time between `/health/ready` failing and the end of service when the process is asked to stop. Default 0. */
    readonly drainMs?: number;
    /** HTTP requests worked on at once, at most; more are turned away with 503. Default 512. */
    readonly maxUnderWay?: number;
    /** While requests wait longer than this for their turn in the process, more are turned away. Default 1000. */
    readonly maxQueueAgeMs?: number;
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
    /** When events of a topic that cannot be written are given up. Default: after 24 hours. */
    readonly giveUpTopicAfterHours?: number;
    readonly clientProperties: Readonly<Record<string, string | number | boolean>>;
    /** Of submissions over Kafka. Default: taken up to 72 hours after they were signed. */
    readonly intake?: { readonly maxAgeHours: number };
  };
  /** For clients with `nonrepudiation`. Default: kept for 365 days. */
  readonly nonrepudiation?: { readonly retentionDays: number };
  /** Default: kept for 90 days. */
  readonly idempotencyKeys?: { readonly retentionDays: number };
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
  /** Whether it may ask by SOAP (`POST /soap/v1`), with the certificates among its keys. Default false. */
  readonly soap?: boolean;
  /** Whether it may submit over Kafka (`oss.<municipality>.requests.v1`), with any of its keys. Default false. */
  readonly kafkaIntake?: boolean;
  /** Where the client is told of the states of its applications, over HTTP. */
  readonly webhook?: { readonly url: string };
  /** How its requests are verified and answers to it signed. Default `http-sig`. */
  readonly profile?: Directions<RestChoice>;
  /** Files of its TLS certificates, or folders of them. Absent: none is asked for. */
  readonly mtls?: { readonly certificates: readonly string[] };
  /** Its requests and our answers are kept byte for byte, and repetitions get the kept answer. Default false. */
  readonly nonrepudiation?: boolean;
}

/** `config/operators/*.json` */
export interface OperatorSettings {
  readonly id: string;
  readonly name: string;
  /** Key files, or folders of them. */
  readonly keys: readonly string[];
  readonly crl?: CrlSettings;
  readonly roles: readonly OperatorRole[];
  readonly scope: Scope;
}

/** `crl` of a client, an operator or an adapter: the revocation list of whoever issued the partner's certificates. */
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
  /** What the officers of this client may answer by hand. */
  readonly manualAnswers?: readonly ManualAnswerGrant[];
  /** Applications that the counters of this client may submit, to which municipalities. */
  readonly applications?: readonly ApplicationGrant[];
  /** Whether this client reports the states of its own municipality's applications. Default false. */
  readonly handlesApplications?: boolean;
}

/** Lets a counter of another institution submit applications for municipal services. */
export interface ApplicationGrant {
  readonly id: string;
  /** Codes of the municipalities that take them. */
  readonly municipalities: readonly string[];
  /** Service codes. Absent: all that the municipality offers. */
  readonly services?: readonly string[];
}

/** Lets officers answer what no registry answers. */
export interface ManualAnswerGrant {
  readonly id: string;
  /** Service codes. */
  readonly services: readonly string[];
  /** Codes of the municipalities whose offices this client is. */
  readonly municipalities: readonly string[];
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
  /** Asked in this order when surely nothing was executed at those before. Default: none. */
  readonly furtherEndpoints?: readonly string[];
  readonly to: string;
  /** Of the adapter's own protocol; `ura config check` holds it against the adapter. */
  readonly profile: Directions<SoapChoice> | Directions<RestChoice>;
  /** Key files, or folders of them. */
  readonly trust: readonly string[];
  readonly crl?: CrlSettings;
  /** PEM files: whom to trust as the registry's server, and our own client certificate. */
  readonly tls?: { readonly ca?: string; readonly certificate?: string; readonly privateKey?: string };
  /** What only this adapter knows; see its README. */
  readonly options?: Readonly<Record<string, unknown>>;
  /** Pause between two looks for a late answer, milliseconds. Default 60 000. */
  readonly pollEveryMs?: number;
  readonly connectTimeoutMs: number;
  readonly callTimeoutMs: number;
  readonly concurrency: number;
  /** Default 1. */
  readonly minConcurrency?: number;
  readonly queueLimit: number;
  readonly retry: RetryPolicy;
  /** When an endpoint is not called any more. Default: `defaultCircuit`. */
  readonly breaker?: Partial<CircuitSettings>;
  /** Between two answers "not executed" that together count as proof, milliseconds. Default 360 000. */
  readonly statusPauseMs?: number;
}
