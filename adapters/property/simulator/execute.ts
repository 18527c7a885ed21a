import { createHash } from 'node:crypto';
import type { Clock } from '../../../src/clock.js';
import type { Journal } from '../../civil/simulator/journal.js';
import type { Kept } from '../../civil/simulator/kept.js';
import { faultPayload } from '../../soap/simulator/sign-message.js';
import type { Command, Executor, Reply } from '../../soap/simulator/soap-server.js';
import { type Content, element, writeXml } from '../../soap/simulator/write-xml.js';
import type { Cadastre, PartyNumber } from './cadastre.js';
import type { LateMatter, LateMatters } from './late-matters.js';
import { type FaultCode, propertyNamespace } from './protocol.js';
import { type Asked, readQuestion } from './read-question.js';
import { type Answer, answerFrom, type Entry, type Question } from './registry.js';

export interface ExecutorParts {
  readonly cadastre: Cadastre;
  readonly journal: Journal;
  readonly matters: LateMatters;
  /** Questions that were executed, for whoever asks what became of them. */
  readonly asked: Kept<Question>;
  readonly isValid: (xml: string) => boolean;
  readonly clock: Clock;
  /** Called when an answer is to be brought later. */
  readonly promised: (matter: LateMatter) => void;
}

/** Executes each message id once, unless it is an act; a repetition gets what the matter has come to. */
export function executor(parts: ExecutorParts): Executor {
  const { cadastre, journal, matters, isValid, clock, promised } = parts;
  const entries: Entry[] = journal.entries().flatMap(({ messageId, executions, executedAt }) => {
    const question = parts.asked.get(messageId);
    if (question?.operation !== 'RegisterProhibition') return [];
    return Array.from({ length: executions }, () => entryOf(question, executedAt));
  });
  const answered = (question: Question, at: number) => answerFrom(cadastre, question, at, entries);

  return {
    execute(request, action, command) {
      const asked = readQuestion(request, action, isValid);
      if ('problem' in asked) return faultReply('BAD_REQUEST', asked.problem);
      if ('ticket' in asked) return answerLater(asked);
      if ('statusOf' in asked) return tellStatus(asked.statusOf);
      const digest = createHash('sha256').update(request.payload).digest('hex');
      const before = journal.find(request.messageId);
      if (before !== undefined && before.digest !== digest) {
        return faultReply('BAD_REQUEST', 'This message id was used for another question.');
      }
      const executedAt = before?.executedAt ?? clock.now();
      const { question, caseId } = asked;
      const { messageId } = request;
      const isAct = question.operation === 'RegisterProhibition';
      if (before === undefined) {
        journal.enter({ messageId, operation: question.operation, caseId, digest, executedAt });
        parts.asked.keep(messageId, question);
        takeIfLate(messageId, question, executedAt, command);
      } else if (isAct) journal.enterAgain({ ...before, executedAt: clock.now() });
      else journal.countRepetition(messageId);
      if (isAct) entries.push(entryOf(question, clock.now()));
      const matter = matters.withMessageId(request.messageId);
      if (matter !== undefined && clock.now() < matter.readyAt) {
        return reply(question.operation, [takenXml(matter)]);
      }
      return answerReply(question.operation, answered(question, executedAt), []);
    },
    answerToAnother(request) {
      const asked = readQuestion(request, undefined, isValid);
      if ('problem' in asked) return faultReply('BAD_REQUEST', asked.problem);
      const about =
        'ticket' in asked
          ? matters.withTicket(asked.ticket)?.question
          : 'statusOf' in asked
            ? parts.asked.get(asked.statusOf)
            : asked.question;
      if (about === undefined) return faultReply('TICKET_UNKNOWN', 'Nothing was taken under this name.');
      const other = answerFrom(cadastre, anotherThan(about, cadastre), clock.now());
      if ('statusOf' in asked) {
        return answerReply('GetExecution', other, [element('RequestMessageId', asked.statusOf)]);
      }
      return 'ticket' in asked
        ? answerReply('GetAnswer', other, quotedXml(asked))
        : answerReply(about.operation, other, []);
    },
  };

  function takeIfLate(messageId: string, question: Question, takenAt: number, command: Command): void {
    const { behaviour, delayMs } = command;
    if (behaviour !== 'late-poll' && behaviour !== 'late-callback') return;
    const ticket = `ASHK-${createHash('sha256').update(messageId).digest('hex').slice(0, 12).toUpperCase()}`;
    const calls = behaviour === 'late-callback';
    const matter = { ticket, messageId, question, takenAt, readyAt: takenAt + delayMs, calls };
    matters.enter(matter);
    if (calls) promised(matter);
  }

  function tellStatus(messageId: string): Reply {
    const named = element('RequestMessageId', messageId);
    const [before, question] = [journal.find(messageId), parts.asked.get(messageId)];
    if (before === undefined || question === undefined) {
      const asOf = element('AsOf', `${new Date(clock.now()).toISOString().slice(0, 19)}Z`);
      return reply('GetExecution', [named, element('NotExecuted', [asOf])]);
    }
    const matter = matters.withMessageId(messageId);
    if (matter !== undefined && clock.now() < matter.readyAt) {
      return reply('GetExecution', [named, takenXml(matter)]);
    }
    const answer = answered(question, before.executedAt);
    return reply('GetExecution', [
      named,
      answer.kind === 'answer'
        ? answer.content
        : element('RegistryFault', faultXml(answer.code, answer.message)),
    ]);
  }

  function answerLater(asked: Extract<Asked, { ticket: string }>): Reply {
    const matter = matters.withTicket(asked.ticket);
    if (matter === undefined || matter.messageId !== asked.requestMessageId) {
      return faultReply('TICKET_UNKNOWN', 'Nothing was taken under this ticket for this message.');
    }
    if (clock.now() < matter.readyAt) return reply('GetAnswer', [...quotedXml(asked), takenXml(matter)]);
    return answerReply('GetAnswer', answered(matter.question, matter.takenAt), quotedXml(asked));
  }
}

function entryOf(question: Question, enteredAt: number): Entry {
  if (question.operation !== 'RegisterProhibition') throw new Error('not an act');
  const { zone, number, inFavourOf } = question;
  return { zone, number, inFavourOf, enteredAt };
}

/** A fault of the registry, as a reply (SOAP 1.2 part 2 §7.5.2.2). */
export function faultReply(code: FaultCode, message: string): Reply {
  return {
    status: code === 'BUSY' ? 500 : 400,
    action: `${propertyNamespace}/Fault`,
    payload: faultPayload('1.2', {
      blames: code === 'BUSY' ? 'registry' : 'sender',
      message,
      detail: writeXml('RegistryFault', propertyNamespace, faultXml(code, message)),
    }),
  };
}

/** Content of DeliverAnswer: the answer, or what would be the fault. */
export function deliveryXml(cadastre: Cadastre, matter: LateMatter): string {
  const { question, takenAt } = matter;
  const entries = question.operation === 'RegisterProhibition' ? [entryOf(question, takenAt)] : [];
  const answer = answerFrom(cadastre, question, takenAt, entries);
  const { ticket, messageId } = matter;
  return writeXml('DeliverAnswer', propertyNamespace, [
    ...quotedXml({ ticket, requestMessageId: messageId }),
    answer.kind === 'answer'
      ? answer.content
      : element('RegistryFault', faultXml(answer.code, answer.message)),
  ]);
}

function faultXml(code: FaultCode, message: string): Exclude<Content, string> {
  return [
    ['Code', code],
    ['Message', message],
  ];
}

function takenXml({ ticket, readyAt, calls }: LateMatter) {
  // Whoever is called need not be told when to ask.
  const notBefore = calls ? [] : [element('NotBefore', new Date(readyAt).toISOString())];
  return element('Taken', [['Ticket', ticket], ...notBefore]);
}

function quotedXml({
  ticket,
  requestMessageId,
}: {
  readonly ticket: string;
  readonly requestMessageId: string;
}) {
  return [element('RequestMessageId', requestMessageId), element('Ticket', ticket)];
}

function answerReply(operation: string, answer: Answer, quoted: Exclude<Content, string>): Reply {
  return answer.kind === 'fault'
    ? faultReply(answer.code, answer.message)
    : reply(operation, [...quoted, answer.content]);
}

function reply(operation: string, content: Content): Reply {
  const payload = writeXml(`${operation}Response`, propertyNamespace, content);
  return { status: 200, action: `${propertyNamespace}/${operation}Response`, payload };
}

/** A question of the same kind that has an answer in which nothing of the first one's appears. */
function anotherThan(question: Question, cadastre: Cadastre): Question {
  for (const { zone, number, owners } of cadastre.properties.values()) {
    if (question.operation !== 'GetOwnership') {
      if (zone !== question.zone || number !== question.number) return { ...question, zone, number };
      continue;
    }
    const isAsked = ({ notation }: PartyNumber) => notation === question.party.notation;
    const [first] = owners;
    if (first !== undefined && !cadastre.ownedBy(first).some((each) => each.owners.some(isAsked))) {
      return { ...question, party: { scheme: first.scheme, notation: first.notation } };
    }
  }
  throw new Error('the cadastre has one property only');
}
