/** A name in Albanian and English. */
export interface ServiceName {
  readonly sq: string;
  readonly en: string;
}

/** One question to one registry, and whether that registry is up. */
export interface QueryService {
  readonly kind: 'query';
  readonly code: string;
  readonly name: ServiceName;
  readonly registry: string;
  readonly operation: string;
  readonly subjectSchemes: readonly ('NID' | 'NUIS' | 'PROPERTY')[];
  readonly evidenceType: string;
  /** JSON Schema of the request's `parameters`. */
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly registryState: { readonly state: 'up' | 'impaired' | 'unknown'; readonly since?: string };
}

/** What a citizen applies for, without its card. */
export interface AdministrativeSummary {
  readonly kind: 'administrative';
  readonly code: string;
  readonly group: string;
  readonly name: ServiceName;
  readonly illustrative: boolean;
}

/** What a citizen applies for, as one municipality offers it, in one language. */
export interface AdministrativeService extends AdministrativeSummary {
  readonly language: 'sq' | 'en';
  readonly municipality: { readonly code: string; readonly name: string };
  /** Changes when card or procedure do. */
  readonly version: string;
  /** The sixteen fields of the information card; see `ServiceCard` of the OpenAPI document. */
  readonly card: Readonly<Record<string, unknown>> & { readonly name: string };
  /** Fields of the card that the municipality sets itself. */
  readonly overridden: readonly string[];
  readonly procedure: {
    readonly purpose: string;
    readonly legalBasis: string;
    readonly applicant: readonly ('NID' | 'NUIS')[];
    /** JSON Schema (2020-12) of the form. */
    readonly form: Readonly<Record<string, unknown>>;
    readonly evidence: readonly {
      readonly id: string;
      readonly name: string;
      readonly service: string;
      readonly repeated: boolean;
      readonly conditional: boolean;
      readonly optional: boolean;
    }[];
  };
}

/** Chooses among the services; without it, all are listed. */
export interface ServiceFilter {
  readonly kind?: 'query' | 'administrative';
  /** Group of administrative services. */
  readonly group?: string;
  /** Two digits: without the administrative services that this municipality does not offer. */
  readonly municipality?: string;
}
