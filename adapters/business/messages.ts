/**
 * What the business register's document (`openapi/registries/business.yaml`) says, as types; values were validated
 * by it. Dates are `YYYY-MM-DD`, moments RFC 3339 in UTC.
 */

/** `ExtractQuestion`, less what all questions have. */
export interface ExtractQuestion {
  readonly nuis: string;
  readonly historic: boolean;
}

/** `PersonQuestion`, less what all questions have. */
export interface PersonQuestion {
  readonly nid: string;
}

/** `Extract`, less its `messageId`. */
export interface Extract {
  readonly business: Business;
  readonly administrators: readonly Administrator[];
  readonly owners: readonly Owner[];
  readonly entries?: readonly Entry[];
  readonly issuedAt: string;
}

/** `CompaniesOfPerson`, less its `messageId`. */
export interface CompaniesOfPersonAnswer {
  readonly nid: string;
  readonly roles: readonly { readonly business: Business; readonly role: 'ADMINISTRATOR' | 'SHAREHOLDER' }[];
  readonly issuedAt: string;
}

export interface Business {
  readonly nuis: string;
  readonly name: string;
  readonly legalForm: 'SOLE_TRADER' | 'LIMITED_LIABILITY' | 'JOINT_STOCK' | 'PARTNERSHIP';
  readonly status: 'ACTIVE' | 'SUSPENDED' | 'DEREGISTERED';
  readonly registeredOn: string;
  readonly seat: Seat;
}

export interface Seat {
  readonly street: string;
  readonly number: string;
  readonly town: string;
  readonly county: string;
  /** Two digits. */
  readonly municipality: string;
}

export interface Administrator {
  readonly nid: string;
  readonly name: string;
  readonly since: string;
}

export interface Owner {
  readonly kind: 'PERSON' | 'BUSINESS';
  readonly number: string;
  readonly name: string;
  readonly sharePercent: number;
}

export interface Entry {
  readonly date: string;
  readonly kind:
    | 'REGISTRATION'
    | 'ADDRESS_CHANGE'
    | 'ADMINISTRATOR_CHANGE'
    | 'SHARE_TRANSFER'
    | 'SUSPENSION'
    | 'DEREGISTRATION';
  readonly text: string;
}
