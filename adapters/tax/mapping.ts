import type { Identifier, TaxClearance } from '../../contracts/canonical/types.js';
import type { Exchange } from '../adapter.js';
import { UnmappableRequest } from '../unmappable-request.js';
import type { Clearance, ClearanceQuestion, Taxpayer } from './messages.js';

/** Between canonical JSON and `openapi/registries/tax.yaml`. */

/**
 * Body of the operation `clearance`.
 *
 * @throws {UnmappableRequest} when the subject pays no taxes, or `includeDebts` is neither true nor false.
 */
export function toClearanceQuestion(exchange: Exchange): ClearanceQuestion {
  const { scheme, notation } = exchange.subject;
  if (scheme === 'PROPERTY') throw new UnmappableRequest('/subject/scheme');
  return {
    taxpayer: { kind: scheme === 'NID' ? 'PERSON' : 'BUSINESS', number: notation },
    includeDebts: includesDebts(exchange),
  };
}

/** The parameter `includeDebts`. Default false: amounts are only asked for when somebody needs them. */
export function includesDebts({ parameters }: Exchange): boolean {
  const { includeDebts = false } = parameters;
  if (typeof includeDebts !== 'boolean') throw new UnmappableRequest('/parameters/includeDebts');
  return includeDebts;
}

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
