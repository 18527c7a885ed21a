import { hash } from 'node:crypto';
import type { Clock } from '../../../src/clock.js';
import type { Journal } from '../../civil/simulator/journal.js';
import { childElements, parseXml, textOf } from './read-xml.js';
import type { SimulatedSoapRegistry, SoapQuestion, SoapReply } from './registry.js';
import { faultPayload } from './sign-message.js';
import type { Executor, Reply } from './soap-server.js';
import type { VerifiedMessage } from './verify-message.js';
import { writeXml } from './write-xml.js';

export interface ExecutorParts {
  readonly registry: SimulatedSoapRegistry;
  readonly journal: Journal;
  readonly isValid: (xml: string) => boolean;
  readonly clock: Clock;
}

/** Executes questions that are answered at once, each message id once. */
export function soapExecutor({ registry, journal, isValid, clock }: ExecutorParts): Executor {
  return {
    execute(request, action) {
      const asked = readQuestion(registry, request, action, isValid);
      if ('problem' in asked) return faultReply(registry, 'BAD_REQUEST', asked.problem);
      const { messageId, payload } = request;
      const digest = hash('sha256', payload, 'hex');
      const before = journal.find(messageId);
      if (before !== undefined && before.digest !== digest) {
        return faultReply(registry, 'BAD_REQUEST', 'This message id was used for another question.');
      }
      const executedAt = before?.executedAt ?? clock.now();
      if (before === undefined) {
        const { operation } = asked;
        journal.enter({ messageId, operation, caseId: caseIdIn(asked), digest, executedAt });
      } else journal.countRepetition(messageId);
      return replyOf(registry, asked, registry.answer(asked, moment(executedAt)));
    },
    answerToAnother(request) {
      const asked = readQuestion(registry, request, undefined, isValid);
      if ('problem' in asked) return faultReply(registry, 'BAD_REQUEST', asked.problem);
      return replyOf(registry, asked, registry.answerToAnother(asked, moment(clock.now())));
    },
  };
}

/** A fault of the registry, as a reply: SOAP 1.1 §6.2, SOAP 1.2 part 2 §7.5.2.2. */
export function faultReply(
  { definition, namespace }: Pick<SimulatedSoapRegistry, 'definition' | 'namespace'>,
  code: string,
  message: string,
): Reply {
  const { soapVersion, faultAction } = definition;
  const isBusy = code === 'BUSY';
  return {
    status: soapVersion === '1.1' || isBusy ? 500 : 400,
    action: faultAction,
    payload: faultPayload(soapVersion, {
      blames: isBusy ? 'registry' : 'sender',
      message,
      detail: writeXml('RegistryFault', namespace, [
        ['Code', code],
        ['Message', message],
      ]),
    }),
  };
}

function replyOf(registry: SimulatedSoapRegistry, { operation }: SoapQuestion, reply: SoapReply): Reply {
  if (reply.kind === 'fault') return faultReply(registry, reply.code, reply.message);
  const { replyAction = '' } = operationNamed(registry, operation) ?? {};
  const payload = writeXml(reply.element, registry.namespace, reply.content);
  return { status: 200, action: replyAction, payload };
}

function readQuestion(
  registry: SimulatedSoapRegistry,
  request: VerifiedMessage,
  action: string | undefined,
  isValid: (xml: string) => boolean,
): SoapQuestion | { readonly problem: string } {
  const body = parseXml(request.payload);
  const named = body.namespaceURI === registry.namespace ? body.localName : null;
  const operation = operationNamed(registry, named ?? '');
  if (operation === undefined || request.action !== operation.soapAction) {
    return { problem: 'The action names no operation, or another than the body.' };
  }
  if (action !== undefined && action !== `"${request.action}"`) {
    return { problem: 'The action of the transport and wsa:Action differ.' };
  }
  if (!isValid(request.payload)) return { problem: 'The body is not valid by the schema.' };
  return { operation: operation.soapOperation, body };
}

function operationNamed({ definition }: SimulatedSoapRegistry, name: string) {
  return definition.operations.find(({ soapOperation }) => soapOperation === name);
}

/** `Context/CaseId`, where the contract has it; only the journal is told. */
function caseIdIn({ body }: SoapQuestion): string {
  const under = (parent: typeof body | undefined, name: string) =>
    parent && childElements(parent).find(({ localName }) => localName === name);
  const found = under(under(body, 'Context'), 'CaseId');
  return found === undefined ? '' : textOf(found);
}

/** To the second: registries rarely write fractions. */
function moment(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}
