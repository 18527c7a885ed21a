import type { TrustedKey } from '../signing/signer.js';
import { check, checkLater, must, parseEvidence, rowName } from './audit-check.js';
import type { AuditInput, AuditRow, Check } from './audit-input.js';
import { type RestSignature, verifyAnswer, verifyQuestion } from './audit-rest-signature.js';
import { subjectOf, wordsOf } from './audit-subject.js';
import { clockSkewMs } from './clock-skew.js';

/** Between signing and recording lie at most the longest call that a setting allows (10 min) and the store. */
const longestExchangeMs = 15 * 60_000;

/** Whether a row is a message of a REST registry; an answer is of the kind of its question. */
export function isRest({ mediaType }: AuditRow): boolean {
  return mediaType === 'application/json';
}

/** What the gateway asked a REST registry: signature, message id, and about whom. */
export async function checkRestQuestion(row: AuditRow, input: AuditInput): Promise<Check[]> {
  const { request, rows, keys } = input;
  return [
    await checkLater(`${rowName(row)}: signature`, async () => {
      const signature = await verifyQuestion(row, keys.gatewayKeys);
      return describe(row, signature);
    }),
    check(`${rowName(row)}: message id`, () => {
      must(parseEvidence(row.bytes).messageId === request.id, 'it is the question of another request');
      return 'messageId is the id of this request';
    }),
    check(`${rowName(row)}: subject`, () => {
      const { ticket } = parseEvidence(row.bytes);
      if (ticket !== undefined) return comparePromise(ticket, row, rows);
      if (namesNothingElse(row)) return 'it asks what became of the question with the id of this request';
      const subject = subjectOf(rows);
      for (const word of wordsOf(subject)) {
        must(says(parseEvidence(row.bytes), word), `it asks about somebody else than the ${subject.by} did`);
      }
      return `it asks about the subject that the ${subject.by} named`;
    }),
  ];
}

/** What a REST registry answered: signature, tied to the question, and the request that it names. */
export async function checkRestAnswer(row: AuditRow, input: AuditInput): Promise<Check[]> {
  const { request, rows, keys } = input;
  const question = rows.find(({ sequence }) => sequence === row.sequence - 1);
  return [
    await checkLater(`${rowName(row)}: signature`, async () => {
      must(row.signedBy !== undefined, 'the row does not say with which key it was verified');
      must(question?.kind === 'registry-request', 'the row above it is not the question');
      const signature = await verifyAnswer(row, question, keys.registryKeys.get(request.adapter) ?? []);
      must(signature.key.keyId === row.signedBy, 'the row names another key');
      return describe(row, signature);
    }),
    ...(wasUsed(row)
      ? [
          check(`${rowName(row)}: relates to`, () => {
            must(parseEvidence(row.bytes).messageId === request.id, 'it answers another request');
            return 'messageId is the id of this request';
          }),
        ]
      : []),
    check(`${rowName(row)}: question`, () => {
      must(question?.kind === 'registry-request', 'the row above it is not the question');
      must(question.meta.attempt === row.meta.attempt, 'question and answer are of different attempts');
      return `answers ${rowName(question)}`;
    }),
  ];
}

/** What a registry signed may still have been refused, for example because it answered another request. */
function wasUsed({ meta }: AuditRow): boolean {
  return meta.outcome !== 'invalid' && meta.outcome !== 'unknown';
}

/** Who asks what became of a question names that question, and nothing that it was about. */
function namesNothingElse({ bytes }: AuditRow): boolean {
  return Object.keys(parseEvidence(bytes)).sort().join() === 'context,messageId';
}

/** A question for a late answer names no subject, only what the registry promised before. */
function comparePromise(ticket: unknown, row: AuditRow, rows: readonly AuditRow[]): string {
  const promise = rows.find(
    (each) =>
      each.kind === 'registry-answer' &&
      each.sequence < row.sequence &&
      each.meta.outcome === 'pending' &&
      parseEvidence(each.bytes).ticket === ticket,
  );
  must(promise !== undefined, 'no answer before it promised this ticket');
  return `it asks for what ${rowName(promise)} promised`;
}

function describe(row: AuditRow, { profile, key, signedAt }: RestSignature): string {
  must(signedAt <= row.recordedAt + clockSkewMs, 'it was signed after it was recorded');
  must(row.recordedAt - signedAt <= longestExchangeMs, 'it was signed long before it was recorded');
  must(isUsable(key, signedAt), 'the key was not valid when it was signed');
  return `verifies by ${profile} with ${key.keyId} of ${key.partner}`;
}

function isUsable({ notBefore, notAfter }: TrustedKey, at: number): boolean {
  return (notBefore === undefined || notBefore <= at) && (notAfter === undefined || at <= notAfter);
}

/** Whether some text in a JSON value is exactly this one. */
function says(value: unknown, text: string): boolean {
  if (typeof value === 'object' && value !== null) {
    return Object.values(value).some((inner) => says(inner, text));
  }
  return value === text;
}
