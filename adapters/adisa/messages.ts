/** What `openapi/registries/adisa.yaml` says, as types; values were validated by it. */

export const documentKinds = ['APPOINTMENT', 'APPLICATION_RECEIPT', 'ISSUED_DOCUMENT'] as const;
export type DocumentKind = (typeof documentKinds)[number];

/** `CounterQuestion`, less what all questions have. */
export interface CounterQuestion {
  readonly nid: string;
  readonly documentKind: DocumentKind;
}

/** `CounterDocument`, less its `messageId`. */
export interface CounterAnswer {
  readonly nid: string;
  readonly documentKind: DocumentKind;
  readonly number: string;
  readonly name: string;
  readonly office: string;
  /** `YYYY-MM-DD` */
  readonly validFrom?: string;
  /** `YYYY-MM-DD` */
  readonly validThrough?: string;
  readonly appointment?: { readonly office: string; readonly at: string };
  /** RFC 3339, UTC. */
  readonly issuedAt: string;
}
