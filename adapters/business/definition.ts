import { join } from 'node:path';
import type { BusinessExtract, CompaniesOfAPerson, Identifier } from '../../contracts/canonical/types.js';
import { findPackageRoot } from '../../src/package-root.js';
import type { Exchange } from '../adapter.js';
import type { Mismatch, RestDefinition } from '../rest/rest-definition.js';
import {
  isHistoric,
  toBusinessExtract,
  toCompaniesOfPerson,
  toExtractQuestion,
  toPersonQuestion,
} from './mapping.js';

/** The business register, as `openapi/registries/business.yaml` describes it. */
export function businessDefinition(packageRoot: string = findPackageRoot()): RestDefinition {
  return {
    name: 'business',
    openapiPath: join(packageRoot, 'openapi', 'registries', 'business.yaml'),
    operations: [
      {
        name: 'extract',
        operationId: 'extract',
        evidenceType: 'business-extract',
        // Promised by the document: a messageId is executed once.
        idempotentByMessageId: true,
        toQuestion: (exchange) => ({ ...toExtractQuestion(exchange) }),
        toEvidence: toBusinessExtract,
        mismatch: (evidence, exchange) => mismatchOfExtract(evidence as BusinessExtract, exchange),
      },
      {
        name: 'companies-of-person',
        operationId: 'companiesOfPerson',
        evidenceType: 'companies-of-person',
        idempotentByMessageId: true,
        toQuestion: (exchange) => ({ ...toPersonQuestion(exchange) }),
        toEvidence: toCompaniesOfPerson,
        mismatch: (evidence, { subject }) =>
          isSame((evidence as CompaniesOfAPerson).person, subject) ? undefined : 'other-subject',
      },
    ],
  };
}

function mismatchOfExtract({ entity, history }: BusinessExtract, exchange: Exchange): Mismatch | undefined {
  if (!isSame(entity.legalIdentifier, exchange.subject)) return 'other-subject';
  if (isHistoric(exchange)) return history === undefined ? 'less-than-asked' : undefined;
  return history === undefined ? undefined : 'more-than-asked';
}

function isSame(answered: Identifier, asked: Exchange['subject']): boolean {
  return answered.scheme === asked.scheme && answered.notation === asked.notation;
}
