import type { Identifier, TaxClearance } from '../../contracts/canonical/types.js';
import type { Exchange } from '../adapter.js';
import { UnmappableRequest } from '../unmappable-request.js';
import type { CertificateQuestion, Clearance, ClearanceQuestion, Taxpayer } from './messages.js';

/** Between canonical JSON and `openapi/registries/tax.yaml`. */

/**
 * Body of the operation `clearance`.
 *
 * @throws {UnmappableRequest} when the subject pays no taxes, or `includeDebts` is neither true nor false.
 */
export function toClearanceQuestion(exchange: Exchange): ClearanceQuestion {
  return { taxpayer: taxpayerOf(exchange), includeDebts: includesDebts(exchange) };
}

/**
 * Body of the operation `issueCertificate`.
 *
 * @throws {UnmappableRequest} when the subject pays no taxes.
 */
export function toCertificateQuestion(exchange: Exchange): CertificateQuestion {
  return { taxpayer: taxpayerOf(exchange) };
}

function taxpayerOf({ subject }: Exchange): Taxpayer {
  if (subject.scheme === 'PROPERTY') throw new UnmappableRequest('/subject/scheme');
  return { kind: subject.scheme === 'NID' ? 'PERSON' : 'BUSINESS', number: subject.notation };
}

/** The parameter `includeDebts`. Default false: amounts are only asked for when somebody needs them. */
export function includesDebts({ parameters }: Exchange): boolean {
  const { includeDebts = false } = parameters;
  if (typeof includeDebts !== 'boolean') throw new UnmappableRequest('/parameters/includeDebts');
  return includeDebts;
}

/** Out of a clearance or a certificate of it, whose number and fee are the applicant's matter. */
export function toTaxClearance(content: unknown): TaxClearance {
  const { taxpayer, taxOffice, status, debts, validThrough, issuedAt } = content as Clearance;
  return {
    subject: toIdentifier(taxpayer),
    authority: taxOffice,
    status,
    ...(debts === undefined
      ? {}
      : {
          debts: debts.map(({ tax, period, amountLek, dueOn }) => ({
            kind: tax,
            period,
            amount: amountLek,
            dueDate: dueOn,
          })),
        }),
    validUntil: validThrough,
    asOf: issuedAt,
  };
}

function toIdentifier({ kind, number }: Taxpayer): Identifier {
  return { scheme: kind === 'PERSON' ? 'NID' : 'NUIS', notation: number };
}
