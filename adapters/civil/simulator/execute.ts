import { createHash } from 'node:crypto';
import type { Clock } from '../../../src/clock.js';
import { onlyChild, parseXml, textOf } from '../../soap/simulator/read-xml.js';
import { faultPayload } from '../../soap/simulator/sign-message.js';
import type { Executor, Reply } from '../../soap/simulator/soap-server.js';
import type { VerifiedMessage } from '../../soap/simulator/verify-message.js';
import { element, writeXml } from '../../soap/simulator/write-xml.js';
import type { Journal } from './journal.js';
import { civilNamespace, type FaultCode, factKinds, operations } from './protocol.js';
import type { Population } from './register.js';
import { type Answer, answerFrom, type Question } from './registry.js';

export function executor(parts: {
  readonly population: Population;
  readonly journal: Journal;
  readonly isValid: (xml: string) => boolean;
  readonly clock: Clock;
}): Executor {
  const { population, journal, isValid, clock } = parts;
  return {
    execute(request, soapAction) {
      const asked = read(request, soapAction, isValid);
      if ('problem' in asked) return faultReply('BAD_REQUEST', asked.problem);
      const digest = createHash('sha256').update(request.payload).digest('hex');
      const before = journal.find(request.messageId);
      if (before !== undefined && before.digest !== digest) {
        return faultReply('BAD_REQUEST', 'This message id was used for another question.');
      }
      const executedAt = before?.executedAt ?? clock.now();
      if (before === undefined) {
        const { operation } = asked.question;
        journal.enter({ messageId: request.messageId, operation, caseId: asked.caseId, digest, executedAt });
      } else {
        journal.countRepetition(request.messageId);
      }
      return reply(asked.question.operation, answerFrom(population, asked.question, executedAt));
    },
    answerToAnother(request) {
      const asked = read(request, undefined, isValid);
      const question: Question = 'problem' in asked ? { operation: 'GetPerson', nid: '' } : asked.question;
      for (const nid of population.people.keys()) {
        if (nid === question.nid) continue;
        const answer = answerFrom(population, { ...question, nid }, clock.now());
        // Somebody who is in no answer to the real question.
        if (answer.kind === 'answer' && !answer.xml.includes(`>${question.nid}<`))
          return reply(question.operation, answer);
      }
      return faultReply('PERSON_NOT_FOUND', 'No person has this number.');
    },
  };
}

/** A fault of the registry, as a reply. Faults travel with 500 (SOAP 1.1 §6.2). */
export function faultReply(code: FaultCode, message: string, municipalityCode?: string): Reply {
  return {
    status: 500,
    action: `${civilNamespace}/Fault`,
    payload: faultPayload('1.1', {
      blames: code === 'BUSY' ? 'registry' : 'sender',
      message,
      detail: writeXml('RegistryFault', civilNamespace, [
        ['Code', code],
        ['Message', message],
        ...(municipalityCode === undefined ? [] : [element('MunicipalityCode', municipalityCode)]),
      ]),
    }),
  };
}

function reply(operation: string, answer: Answer): Reply {
  if (answer.kind === 'fault') return faultReply(answer.code, answer.message, answer.municipalityCode);
  return { status: 200, action: `${civilNamespace}/${operation}Response`, payload: answer.xml };
}

function read(
  request: VerifiedMessage,
  soapAction: string | undefined,
  isValid: (xml: string) => boolean,
): { readonly question: Question; readonly caseId: string } | { readonly problem: string } {
  const root = parseXml(request.payload);
  const operation = operations.find(
    (name) => root.localName === name && root.namespaceURI === civilNamespace,
  );
  if (operation === undefined || request.action !== `${civilNamespace}/${operation}`) {
    return { problem: 'The action names no operation, or another than the body.' };
  }
  if (soapAction !== undefined && soapAction !== `"${request.action}"`) {
    return { problem: 'SOAPAction and wsa:Action differ.' };
  }
  if (!isValid(request.payload)) return { problem: 'The body is not valid by civil.xsd.' };
  const nid = textOf(onlyChild(root, civilNamespace, 'Nid'));
  const caseId = textOf(onlyChild(onlyChild(root, civilNamespace, 'Context'), civilNamespace, 'CaseId'));
  if (operation !== 'GetCivilFact') return { question: { operation, nid }, caseId };
  const kind = textOf(onlyChild(root, civilNamespace, 'FactKind'));
  const factKind = factKinds.find((each) => each === kind);
  if (factKind === undefined) return { problem: 'An unknown kind of fact.' };
  return { question: { operation, nid, factKind }, caseId };
}
