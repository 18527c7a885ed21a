/** What `openapi/registries/municipal-tax.yaml` says, as types; values were validated by it. */

export interface Taxpayer {
  readonly kind: 'PERSON' | 'BUSINESS';
  readonly number: string;
}

/** `ClearanceQuestion`, less what all questions have. */
export interface ClearanceQuestion {
  readonly taxpayer: Taxpayer;
  /** Code of the municipality that is asked. */
  readonly municipality: string;
}

/** `Clearance`, less its `messageId`. */
export interface Clearance {
  readonly taxpayer: Taxpayer;
  readonly municipality: string;
  readonly office: string;
  readonly status: 'CLEAR' | 'DEBT';
  /** `YYYY-MM-DD` */
  readonly validThrough: string;
  /** RFC 3339, UTC. */
  readonly issuedAt: string;
}
