import type { ApplicationState, CaseStepState } from '../../client/index.js';
import type { Check } from '../../evidence/audit-input.js';
import type { ListenedCase, ListenedEvent } from '../listen.js';
import type { Planned } from './plan-morning.js';

/** A request whose result came out of Kafka. */
export interface AskedRequest {
  readonly id: string;
  readonly listened: ListenedEvent;
  /** What the audit of its evidence found. */
  checks?: readonly Check[];
  /** The registry promised its answer first. */
  late?: boolean;
  /** An officer answered. */
  byHand?: boolean;
}

/** How the states of an application came back to the counter, each way for itself and in order. */
export interface ApplicationTrail {
  /** The municipality got it out of Kafka. */
  arrived: boolean;
  readonly byGet: ApplicationState[];
  readonly byWebhook: ApplicationState[];
  readonly byTopic: ApplicationState[];
  /** What was compared on the way. */
  checks?: readonly Check[];
}

/** What has happened to one matter of the morning so far. Times are milliseconds. */
export interface Progress {
  readonly planned: Planned;
  /** Since the epoch. */
  submittedAt?: number;
  /** From sending to the answer over HTTP. */
  askedMs?: number;
  /** Set once the gateway took it: of the case, the application or the request. */
  id?: string;
  /** Set when the gateway did not take it. */
  turnedAway?: { readonly status: number; readonly code: string };
  /** Set when neither happened: what went wrong. */
  failure?: string;
  /** Of a case, as last read. */
  steps?: readonly { readonly id: string; readonly state: CaseStepState }[];
  /** Results that came out of Kafka, by request id. */
  readonly requests: Map<string, AskedRequest>;
  /** The end of a case, out of Kafka. */
  ended?: ListenedCase;
  application?: ApplicationTrail;
}

export function begin(planned: Planned): Progress {
  const application = { arrived: false, byGet: [], byWebhook: [], byTopic: [] };
  return { planned, requests: new Map(), ...(planned.kind === 'application' ? { application } : {}) };
}

/** Ids of the requests that a finished case was made of; of those that reused one, once. */
export function requestsOf({ ended }: Progress): string[] {
  const steps = ended?.caseEvent.value.steps ?? [];
  return [...new Set(steps.flatMap(({ requests }) => requests.map(({ requestId }) => requestId)))];
}

/** Whether nothing more will happen to it. */
export function isSettled(progress: Progress): boolean {
  const { planned, failure, turnedAway, requests, application, ended } = progress;
  if (failure !== undefined || turnedAway !== undefined) return true;
  const isVerified = (id: string): boolean => requests.get(id)?.checks !== undefined;
  switch (planned.kind) {
    case 'case':
      return ended !== undefined && requestsOf(progress).every(isVerified);
    case 'application':
      return application?.checks !== undefined;
    case 'question':
      return progress.id !== undefined && isVerified(progress.id);
    case 'misuse':
      return progress.id !== undefined;
  }
}

/** When the last event about it had been handled: since the epoch. */
export function finishedAt({ planned, ended, requests }: Progress): number | undefined {
  if (planned.kind === 'case') return ended?.handledAt;
  return [...requests.values()][0]?.listened.handledAt;
}

/** From the end in the store to the end in the workflow: outbox, Kafka, verification. */
export function kafkaMs({ ended, requests }: Progress): number | undefined {
  const last = ended ?? [...requests.values()].at(-1)?.listened;
  if (last === undefined) return undefined;
  const { value } = 'caseEvent' in last ? last.caseEvent : last.event;
  return last.handledAt - Date.parse(value.finishedAt);
}
