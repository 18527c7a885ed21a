import { hash } from 'node:crypto';
import type { Clock } from '../../../src/clock.js';
import { parseStrictJson } from '../../../src/strict-json.js';
import type { Journal } from '../../civil/simulator/journal.js';
import type { Kept } from '../../civil/simulator/kept.js';
import type { ContractOperation } from '../openapi-contract.js';
import { wellKnown } from '../rest-definition.js';
import type { Question, QuestionBody, Reply, SimulatedRegistry } from './registry.js';

/** A request whose signature verified, as a question, or why it is none. */
export type ReadQuestion =
  | { readonly ok: true; readonly question: Question; readonly digest: string }
  /** `messageId` is absent when not even that can be told. */
  | { readonly ok: false; readonly problem: string; readonly messageId?: string };

/** Reads the body of a verified request by the document. */
export function readQuestion(operation: ContractOperation, bytes: Uint8Array): ReadQuestion {
  let body: unknown;
  try {
    body = parseStrictJson(bytes);
  } catch {
    return { ok: false, problem: 'The body is not JSON that can be read in one way only.' };
  }
  const [error] = operation.checkRequest(body);
  if (error === undefined) {
    const question = { operationId: operation.operationId, body: body as QuestionBody };
    return { ok: true, question, digest: hash('sha256', bytes, 'hex') };
  }
  const { messageId } = (body ?? {}) as { messageId?: unknown };
  const told = typeof messageId === 'string' && /^[0-9a-f-]{36}$/.test(messageId) ? { messageId } : {};
  return { ok: false, problem: `The body is not valid: ${error}.`, ...told };
}

/** Executes questions: each message id once, unless it is an act. */
export interface Executor {
  /** @param lateByMs promises the answer for later; only where the operation declares that (202). */
  execute(question: Question, digest: string, lateByMs?: number): Reply;
  /** A right answer to another question of the same kind. */
  answerToAnother(question: Question): Reply;
}

export function executor(parts: {
  readonly registry: SimulatedRegistry;
  readonly journal: Journal;
  /** Questions that were executed, where the registry tells what became of them. */
  readonly asked: Kept<Question>;
  readonly clock: Clock;
}): Executor {
  const { registry, journal, asked, clock } = parts;
  /** What was promised, by message id. A promise does not survive the process. */
  const promised = new Map<string, { readonly question: Question; readonly readyAt: number }>();

  const give = (question: Question, asOf: number): Reply => {
    const promise = promised.get(question.body.messageId);
    if (promise === undefined || promise.readyAt <= clock.now())
      return registry.answer(question, moment(asOf));
    const ticket = ticketOf(question.body.messageId);
    return { kind: 'promise', ticket, notBefore: moment(promise.readyAt + 999) };
  };

  return {
    answerToAnother(question) {
      const isStatus = question.operationId === wellKnown.executionOperation;
      const about = isStatus ? asked.get(question.body.messageId) : question;
      return about === undefined
        ? refusal(wellKnown.notExecuted, 'No message of this id was executed so far.')
        : registry.answerToAnother(about, moment(clock.now()));
    },
    execute(question, digest, lateByMs = registry.lateByMs?.(question)) {
      const { operationId, body } = question;
      const { messageId } = body;
      const before = journal.find(messageId);
      if (operationId === wellKnown.statusOperation) {
        const promise = promised.get(messageId);
        if (promise === undefined || before === undefined || body.ticket !== ticketOf(messageId)) {
          return refusal(wellKnown.ticketUnknown, 'There is no such ticket for this question.');
        }
        return give(promise.question, before.executedAt);
      }
      if (operationId === wellKnown.executionOperation) {
        const executed = asked.get(messageId);
        return executed === undefined || before === undefined
          ? refusal(wellKnown.notExecuted, 'No message of this id was executed so far.')
          : give(executed, before.executedAt);
      }
      if (before !== undefined && before.digest !== digest) {
        return refusal('BAD_REQUEST', 'This messageId was used for another question.');
      }
      const executedAt = before?.executedAt ?? clock.now();
      if (before === undefined) {
        const { caseId } = body.context;
        journal.enter({ messageId, operation: operationId, caseId, digest, executedAt });
        asked.keep(messageId, question);
        if (lateByMs !== undefined) promised.set(messageId, { question, readyAt: executedAt + lateByMs });
      } else if (registry.acts?.includes(operationId) === true) {
        journal.enterAgain({ ...before, executedAt: clock.now() });
      } else {
        journal.countRepetition(messageId);
      }
      return give(question, executedAt);
    },
  };
}

export function refusal(code: string, detail: string): Reply {
  return { kind: 'refusal', code, detail };
}

/** RFC 3339 in UTC, to the second: registries rarely write fractions. */
export function moment(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}

function ticketOf(messageId: string): string {
  return hash('sha256', `ticket ${messageId}`, 'hex').slice(0, 24);
}
