import { join } from 'node:path';
import type { Identifier, TaxClearance } from '../../contracts/canonical/types.js';
import { findPackageRoot } from '../../src/package-root.js';
import type { Exchange } from '../adapter.js';
import type { RestDefinition } from '../rest/rest-definition.js';
import { UnmappableRequest } from '../unmappable-request.js';
import type { Clearance, ClearanceQuestion } from './messages.js';

/** The local dues of one municipality, as `openapi/registries/municipal-tax.yaml` describes them. */
export function municipalTaxDefinition(packageRoot: string = findPackageRoot()): RestDefinition {
  return {
    name: 'municipal-tax',
    openapiPath: join(packageRoot, 'openapi', 'registries', 'municipal-tax.yaml'),
    operations: [
      {
        name: 'clearance',
        operationId: 'clearance',
        evidenceType: 'tax-clearance',
        // Promised by the document: a messageId is executed once.
        idempotentByMessageId: true,
        toQuestion: (exchange) => ({ ...toClearanceQuestion(exchange) }),
        toEvidence: toTaxClearance,
        mismatch(evidence, { subject }) {
          const { scheme, notation } = (evidence as TaxClearance).subject;
          return scheme === subject.scheme && notation === subject.notation ? undefined : 'other-subject';
        },
      },
    ],
  };
}

/**
 * The parameter `municipality`: whose dues are asked for.
 *
 * @throws {UnmappableRequest} when it is no code of two digits.
 */
export function municipalityOf({ parameters }: Exchange): string {
  const { municipality } = parameters;
  if (typeof municipality !== 'string' || !/^\d{2}$/.test(municipality)) {
    throw new UnmappableRequest('/parameters/municipality');
  }
  return municipality;
}

function toClearanceQuestion(exchange: Exchange): ClearanceQuestion {
  const { scheme, notation } = exchange.subject;
  if (scheme === 'PROPERTY') throw new UnmappableRequest('/subject/scheme');
  return {
    taxpayer: { kind: scheme === 'NID' ? 'PERSON' : 'BUSINESS', number: notation },
    municipality: municipalityOf(exchange),
  };
}

function toTaxClearance(content: unknown): TaxClearance {
  const { taxpayer, office, municipality, status, validThrough, issuedAt } = content as Clearance;
  const subject: Identifier = {
    scheme: taxpayer.kind === 'PERSON' ? 'NID' : 'NUIS',
    notation: taxpayer.number,
  };
  return {
    subject,
    authority: `${office} (${municipality})`,
    status,
    validUntil: validThrough,
    asOf: issuedAt,
  };
}
