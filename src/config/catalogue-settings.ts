/** What a citizen or officer reads, in Albanian and English. */
export interface Text {
  readonly sq: string;
  readonly en: string;
}

/** `config/queries/*.json`, one entry of `services`: one question to one registry. */
export interface QuerySettings {
  readonly code: string;
  readonly name: Text;
  readonly illustrative?: boolean;
  readonly adapter: string;
  readonly operation: string;
  /** Deadline of a request that names none, minutes. Default: `dispatch.defaultDeadlineMinutes`. */
  readonly defaultDeadlineMinutes?: number;
  readonly subjectSchemes: readonly ('NID' | 'NUIS' | 'PROPERTY')[];
  /** JSON Schema of the request's parameters. */
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** Name of one file of `config/catalogue/`. */
export interface GroupSettings {
  readonly group: string;
  readonly name: Text;
}

/** `config/catalogue/*.json`, one entry of `services`, with the group of its file: what a citizen applies for. */
export interface ServiceSettings {
  readonly code: string;
  readonly group: string;
  readonly name: Text;
  readonly illustrative?: boolean;
  readonly card: Card;
  readonly procedure: ProcedureSettings;
}

/**
 * The fields of the information card ("kartelë informative") beside the name, which is the first. Texts can hold
 * `{municipality}` and `{city}`, which stand for the municipality's name.
 */
export interface Card {
  readonly purpose: Text;
  readonly offers: Text;
  readonly beneficiaries: Text;
  readonly requiredDocuments: readonly {
    readonly type: Text;
    readonly issuer: Text;
    readonly validity?: Text;
    readonly gatheredBy: 'applicant' | 'gateway';
  }[];
  readonly whereToApply: readonly Office[];
  /** 1 information, 2 forms to print, 3 application, 4 everything online. */
  readonly onlineLevel: number;
  /** `baseAll` in whole Albanian lek. */
  readonly fee: { readonly baseAll: number; readonly extra?: Text; readonly paymentMethod: Text };
  readonly time: { readonly workingDays: number; readonly note?: Text };
  readonly output: Text;
  readonly outputValidity: Text;
  readonly pickUp: Text;
  readonly responsibleInstitution: Text;
  readonly contact: Contact;
  readonly complaint: Text;
  readonly legalBasis: readonly Text[];
}

export interface Office {
  readonly office: Text;
  readonly city: string;
  readonly address: string;
  readonly hours: Text;
}

export interface Contact {
  readonly phone?: string;
  readonly email?: string;
  readonly text: Text;
}

/** What happens with an application: its form, and the registries that are asked. */
export interface ProcedureSettings {
  /** With which registries are asked; grants name it. */
  readonly purpose: string;
  readonly legalBasis: string;
  readonly applicant: readonly ('NID' | 'NUIS')[];
  /** JSON Schema (2020-12); each property has `title` (English) and `x-title-sq`. */
  readonly form: Readonly<Record<string, unknown>>;
  readonly evidence: readonly Step[];
}

/** One registry asked in the course of a procedure. Expressions are CEL. */
export interface Step {
  /** Unique in the procedure. */
  readonly id: string;
  /** Default: the name of the query. */
  readonly name?: Text;
  /** Code of a query. */
  readonly service: string;
  /** A list: one request for each element, which expressions call `item`. */
  readonly forEach?: string;
  /** Default 30. */
  readonly maxItems?: number;
  /** The step is skipped when false. */
  readonly when?: string;
  /** An identifier `{scheme, notation}`. Default `applicant`. */
  readonly subject?: string;
  readonly parameters?: Readonly<Record<string, string>>;
  /** The case goes on without it. Default false. */
  readonly optional?: boolean;
  /** Evidence this young may be used again within the case, days. Default: it is asked anew. */
  readonly validForDays?: number;
}

/** `config/municipalities/*.json`: where one municipality differs from the national catalogue. */
export interface MunicipalitySettings {
  readonly municipality: string;
  readonly notOffered?: readonly string[];
  /** `whereToApply` of all its services. */
  readonly offices?: readonly Office[];
  /** `contact` of all its services. */
  readonly contact?: Contact;
  readonly services?: Readonly<Record<string, ServiceOverride>>;
}

/** What differs in one service; stronger than what the municipality says for all its services. */
export interface ServiceOverride {
  /** Whole fields, each in place of the national one. */
  readonly card?: Partial<Card>;
  readonly extraEvidence?: readonly Step[];
  readonly withoutEvidence?: readonly string[];
}
