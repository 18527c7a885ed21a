/** What a citizen or officer reads, in Albanian and English. */
export interface Text {
  readonly sq: string;
  readonly en: string;
}

/** One registry asked in the course of a procedure. Expressions are CEL; see `expression.ts` for what they can name. */
export interface Step {
  /** Unique in the procedure. */
  readonly id: string;
  /** Default: none; the service has a name of its own. */
  readonly name?: Text;
  /** Code of a query. */
  readonly service: string;
  /** A list: one request for each element, which expressions call `item`. */
  readonly forEach?: string;
  /** Elements at most; more of them fail the step. Default 30. */
  readonly maxItems?: number;
  /** The step is skipped when false. */
  readonly when?: string;
  /** An identifier `{scheme, notation}`. Default `applicant`. */
  readonly subject?: string;
  /** Parameters of the query, each by an expression. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** The case is complete without it. Default false. */
  readonly optional?: boolean;
  /** An answer this young to the same question is used again within the case, days. Default: it is asked anew. */
  readonly validForDays?: number;
}

/** What happens with an application: its form, and the registries that are asked. */
export interface Procedure {
  /** With which registries are asked; grants name it. */
  readonly purpose: string;
  /** Travels in each request. */
  readonly legalBasis: string;
  /** Schemes that the applicant's identifier may have. */
  readonly applicant: readonly ('NID' | 'NUIS')[];
  /** JSON Schema (2020-12). */
  readonly form: Readonly<Record<string, unknown>>;
  readonly evidence: readonly Step[];
}

/** A procedure as one municipality offers it. A case keeps the one that it started with. */
export interface ProcedureDefinition {
  /** Code of the administrative service. */
  readonly code: string;
  readonly name: Text;
  /** Names the content: another content has another version. */
  readonly version: string;
  readonly procedure: Procedure;
}

/** Where procedures come from. */
export interface ProcedureCatalogue {
  find(serviceCode: string, municipality: string): ProcedureDefinition | 'unknown' | 'not-offered';
}
