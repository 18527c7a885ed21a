import type { X509Certificate } from 'node:crypto';
import { check, must, rowName } from './audit-check.js';
import type { AuditInput, AuditRow, Check } from './audit-input.js';
import { checkRestAnswer, checkRestQuestion, isRest } from './audit-rest-messages.js';
import { subjectOf, wordsOf } from './audit-subject.js';
import { type SignedParts, thumbprintOf, verifyXmlMessage } from './audit-xml.js';

/**
 * Both directions of every exchange with the registry, by a second implementation: SOAP here, REST beside it. An answer counted when the
 * gateway accepted its signature; the others are kept as evidence and prove nothing.
 */
export async function checkRegistryMessages(input: AuditInput): Promise<Check[]> {
  const { rows, request } = input;
  const checks: Check[] = [];
  let rest = false;
  for (const row of rows) {
    if (row.kind === 'registry-request') {
      rest = isRest(row);
      checks.push(...(rest ? await checkRestQuestion(row, input) : checkQuestion(row, input)));
    }
    if (row.kind === 'registry-answer' && counted(row)) {
      checks.push(...(rest ? await checkRestAnswer(row, input) : checkAnswer(row, input)));
    }
  }
  if (request.state !== 'answered' && request.state !== 'refused') return checks;
  const decisive = check('registry: decisive answer', () => {
    const last = rows.filter((row) => row.kind === 'registry-answer' || isByHand(row)).at(-1);
    must(last !== undefined, 'no signed answer stands behind the result');
    // By hand is answered only what the registry left open; who signed that is looked at elsewhere.
    if (isByHand(last)) {
      const ended = rows.some(({ meta }) => meta.outcome === 'answered' || meta.outcome === 'refused');
      must(!ended, 'the registry had answered before it was answered by hand');
      return `${rowName(last)} is the one that counted`;
    }
    must(counted(last), 'no signed answer stands behind the result');
    must(last.meta.outcome === request.state, `the last answer is not one that makes it ${request.state}`);
    return `${rowName(last)} is the one that counted`;
  });
  return [...checks, decisive];
}

function isByHand({ kind, meta }: AuditRow): boolean {
  return kind === 'officer-answer' || (kind === 'operator-action' && meta.action === 'answer');
}

function counted(row: AuditRow): boolean {
  const { outcome } = row.meta;
  return (
    row.signedBy !== undefined || outcome === 'answered' || outcome === 'refused' || outcome === 'pending'
  );
}

function checkQuestion(row: AuditRow, { keys, request, rows }: AuditInput): Check[] {
  let signed: SignedParts | undefined;
  return [
    check(`${rowName(row)}: signature`, () => {
      let reason = 'no certificate of our own is known';
      for (const certificate of keys.own) {
        try {
          signed = verifyXmlMessage(row.bytes, certificate, ownHeaders);
          return `xml-crypto verifies it with our certificate ${thumbprintOf(certificate).slice(0, 16)}…`;
        } catch (error) {
          reason = (error as Error).message;
        }
      }
      throw new Error(reason);
    }),
    check(`${rowName(row)}: message id`, () => {
      must(signed !== undefined, 'not looked at, because the signature does not hold');
      const id = messageIdOf(request.id);
      if (signed.textOf('MessageID') === id) return 'wsa:MessageID is the id of this request';
      // Asking for a late answer is a message of its own, and quotes the one that was asked before.
      must(signed.bodySays(id), 'it is the question of another request');
      return 'it asks for the answer to the question with the id of this request';
    }),
    check(`${rowName(row)}: subject`, () => {
      must(signed !== undefined, 'not looked at, because the signature does not hold');
      const id = messageIdOf(request.id);
      if (signed.textOf('MessageID') !== id && signed.bodySays(id))
        return 'it names the question, not the subject';
      const subject = subjectOf(rows);
      for (const word of wordsOf(subject))
        must(signed.bodySays(word), `it asks about somebody else than the ${subject.by} did`);
      return `it asks about the subject that the ${subject.by} named`;
    }),
  ];
}

function checkAnswer(row: AuditRow, input: AuditInput): Check[] {
  const { keys, request, rows } = input;
  let signed: SignedParts | undefined;
  // A late answer that the registry brought is a request of its own.
  const isBrought = row.meta.way === 'callback';
  const signature = check(`${rowName(row)}: signature`, () => {
    const certificate = pinnedFor(row, keys.registries.get(request.adapter) ?? []);
    const headers = ['To', 'Action', 'MessageID', ...(isBrought ? [] : ['RelatesTo'])];
    signed = verifyXmlMessage(row.bytes, certificate, headers);
    return `xml-crypto verifies it with the pinned certificate ${row.signedBy?.slice(0, 16)}…`;
  });
  if (isBrought) {
    const quotes = check(`${rowName(row)}: relates to`, () => {
      must(signed !== undefined, 'not looked at, because the signature does not hold');
      must(signed.bodySays(messageIdOf(request.id)), 'it answers another request');
      return 'its Body names the id of this request';
    });
    return [signature, quotes];
  }
  const question = rows.find(({ sequence }) => sequence === row.sequence - 1);
  return [
    signature,
    check(`${rowName(row)}: relates to`, () => {
      must(signed !== undefined, 'not looked at, because the signature does not hold');
      const relatesTo = signed.textOf('RelatesTo');
      if (relatesTo === messageIdOf(request.id)) return 'wsa:RelatesTo is the id of this request';
      must(relatesTo === askedAgainAs(question, input), 'it answers another request');
      return 'wsa:RelatesTo is the id of the message that asked for the late answer';
    }),
    check(`${rowName(row)}: question`, () => {
      must(question?.kind === 'registry-request', 'the row above it is not the question');
      must(question.meta.attempt === row.meta.attempt, 'question and answer are of different attempts');
      return `answers ${rowName(question)}`;
    }),
  ];
}

const ownHeaders = ['To', 'Action', 'MessageID', 'ReplyTo'];

/** Message id of a question for a late answer to this request; undefined when the row is none. */
function askedAgainAs(row: AuditRow | undefined, { keys, request }: AuditInput): string | undefined {
  if (row?.kind !== 'registry-request') return undefined;
  for (const certificate of keys.own) {
    try {
      const signed = verifyXmlMessage(row.bytes, certificate, ownHeaders);
      return signed.bodySays(messageIdOf(request.id)) ? signed.textOf('MessageID') : undefined;
    } catch {
      // Signed with another of our keys, or not by us at all.
    }
  }
  return undefined;
}

/** @throws {Error} when the certificate is not pinned, or was not valid at the time of recording. */
function pinnedFor(row: AuditRow, pinned: readonly X509Certificate[]): X509Certificate {
  must(row.signedBy !== undefined, 'the row does not say with which certificate it was verified');
  const certificate = pinned.find((known) => thumbprintOf(known) === row.signedBy);
  must(certificate !== undefined, 'the certificate is not among the pinned ones');
  const inDates =
    Date.parse(certificate.validFrom) <= row.recordedAt && row.recordedAt <= Date.parse(certificate.validTo);
  must(inDates, 'the certificate was not valid when the answer was recorded');
  return certificate;
}

/** UUID of the request as wsa:MessageID carries it. */
function messageIdOf(requestId: string): string {
  return `urn:uuid:${requestId}`;
}
