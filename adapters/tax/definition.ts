import { join } from 'node:path';
import type { TaxClearance } from '../../contracts/canonical/types.js';
import { findPackageRoot } from '../../src/package-root.js';
import type { Exchange } from '../adapter.js';
import type { Mismatch, RestDefinition } from '../rest/rest-definition.js';
import { includesDebts, toCertificateQuestion, toClearanceQuestion, toTaxClearance } from './mapping.js';

/** The tax registry, as `openapi/registries/tax.yaml` describes it. */
export function taxDefinition(packageRoot: string = findPackageRoot()): RestDefinition {
  return {
    name: 'tax',
    openapiPath: join(packageRoot, 'openapi', 'registries', 'tax.yaml'),
    operations: [
      {
        name: 'clearance',
        operationId: 'clearance',
        evidenceType: 'tax-clearance',
        // Promised by the document: a messageId is executed once.
        idempotentByMessageId: true,
        toQuestion: (exchange) => ({ ...toClearanceQuestion(exchange) }),
        toEvidence: toTaxClearance,
        mismatch: (evidence, exchange) => mismatch(evidence as TaxClearance, exchange),
      },
      {
        name: 'certificate',
        operationId: 'issueCertificate',
        evidenceType: 'tax-clearance',
        // Each execution issues a certificate, and is paid.
        idempotentByMessageId: false,
        toQuestion: (exchange) => ({ ...toCertificateQuestion(exchange) }),
        toEvidence: toTaxClearance,
        mismatch: (evidence, exchange) => mismatch(evidence as TaxClearance, exchange),
      },
    ],
  };
}

/** Amounts that nobody asked for have no legal basis, however well they are signed. */
function mismatch({ subject, debts }: TaxClearance, exchange: Exchange): Mismatch | undefined {
  if (subject.scheme !== exchange.subject.scheme || subject.notation !== exchange.subject.notation) {
    return 'other-subject';
  }
  if (includesDebts(exchange)) return debts === undefined ? 'less-than-asked' : undefined;
  return debts === undefined ? undefined : 'more-than-asked';
}
