import { join } from 'node:path';
import type { CounterDocument } from '../../contracts/canonical/types.js';
import { findPackageRoot } from '../../src/package-root.js';
import type { Exchange } from '../adapter.js';
import type { RestDefinition } from '../rest/rest-definition.js';
import { UnmappableRequest } from '../unmappable-request.js';
import { type CounterAnswer, type CounterQuestion, type DocumentKind, documentKinds } from './messages.js';

/** What the counters of ADISA have for a person, as `openapi/registries/adisa.yaml` describes it. */
export function adisaDefinition(packageRoot: string = findPackageRoot()): RestDefinition {
  return {
    name: 'adisa',
    openapiPath: join(packageRoot, 'openapi', 'registries', 'adisa.yaml'),
    operations: [
      {
        name: 'counter-document',
        operationId: 'counterDocument',
        evidenceType: 'counter-document',
        // Promised by the document: a messageId is executed once.
        idempotentByMessageId: true,
        toQuestion: (exchange) => ({ ...toCounterQuestion(exchange) }),
        toEvidence: toCounterDocument,
        mismatch(evidence, exchange) {
          const { subject, documentKind } = evidence as CounterDocument;
          if (subject.notation !== exchange.subject.notation) return 'other-subject';
          return documentKind === documentKindOf(exchange) ? undefined : 'other-fact';
        },
      },
    ],
  };
}

function toCounterQuestion(exchange: Exchange): CounterQuestion {
  const { scheme, notation } = exchange.subject;
  if (scheme !== 'NID') throw new UnmappableRequest('/subject/scheme');
  return { nid: notation, documentKind: documentKindOf(exchange) };
}

/** The parameter `documentKind`. @throws {UnmappableRequest} when it is none. */
function documentKindOf({ parameters }: Exchange): DocumentKind {
  const kind = documentKinds.find((each) => each === parameters.documentKind);
  if (kind === undefined) throw new UnmappableRequest('/parameters/documentKind');
  return kind;
}

function toCounterDocument(content: unknown): CounterDocument {
  const answer = content as CounterAnswer;
  return {
    subject: { scheme: 'NID', notation: answer.nid },
    documentKind: answer.documentKind,
    reference: answer.number,
    title: answer.name,
    issuedBy: answer.office,
    ...(answer.validFrom === undefined ? {} : { validFrom: answer.validFrom }),
    ...(answer.validThrough === undefined ? {} : { validUntil: answer.validThrough }),
    ...(answer.appointment === undefined ? {} : { appointment: answer.appointment }),
    asOf: answer.issuedAt,
  };
}
