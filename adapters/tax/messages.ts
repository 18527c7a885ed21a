/** What the tax registry's document (`openapi/registries/tax.yaml`) says, as types; values were validated by it. */

export interface Taxpayer {
  readonly kind: 'PERSON' | 'BUSINESS';
  readonly number: string;
}

/** `ClearanceQuestion`, less what all questions have. */
export interface ClearanceQuestion {
  readonly taxpayer: Taxpayer;
  readonly includeDebts: boolean;
}

/** `CertificateQuestion`, less what all questions have. */
export interface CertificateQuestion {
  readonly taxpayer: Taxpayer;
}

/** `Certificate`, less its `messageId`. */
export interface Certificate extends Omit<Clearance, 'debts'> {
  readonly certificateNumber: string;
  readonly feeLek: number;
}

/** `Clearance`, less its `messageId`. */
export interface Clearance {
  readonly taxpayer: Taxpayer;
  readonly taxOffice: string;
  readonly status: 'CLEAR' | 'DEBT';
  readonly debts?: readonly Debt[];
  /** `YYYY-MM-DD` */
  readonly validThrough: string;
  /** RFC 3339, UTC. */
  readonly issuedAt: string;
}

export interface Debt {
  readonly tax: 'INCOME_TAX' | 'PROFIT_TAX' | 'VAT' | 'SOCIAL_INSURANCE';
  /** `YYYY` or `YYYY-MM` */
  readonly period: string;
  readonly amountLek: number;
  /** `YYYY-MM-DD` */
  readonly dueOn: string;
}
