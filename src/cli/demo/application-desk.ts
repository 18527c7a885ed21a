import { createHash } from 'node:crypto';
import {
  type ApplicationEvent,
  consumeApplications,
  seenInMemory,
  type UraClient,
} from '../../client/index.js';
import type { Clock } from '../../clock.js';
import type { Check } from '../../evidence/audit-input.js';
import { createEventSource } from '../../kafka/consumer.js';
import type { OwnClient } from '../own-client.js';
import type { AdisaCounter } from './adisa-counter.js';
import type { PlannedApplication } from './plan-morning.js';
import type { Progress } from './progress.js';
import { waitFor } from './wait-for.js';

export interface ApplicationDeskSettings {
  readonly own: OwnClient;
  readonly brokers: string;
  readonly run: string;
  readonly clock: Clock;
}

/** Divjakë's desk for applications of other institutions' counters. */
export interface ApplicationDesk {
  /** The application with this id, out of Kafka. */
  arrived(id: string): ApplicationEvent | undefined;
  /** Codes of events that were not accepted. */
  readonly refused: readonly string[];
  stop(): Promise<void>;
}

export function startApplicationDesk({ own, brokers, run, clock }: ApplicationDeskSettings): ApplicationDesk {
  const applications = new Map<string, ApplicationEvent>();
  const refused: string[] = [];
  const consumer = consumeApplications({
    source: createEventSource({
      brokers,
      groupId: `ura-demo-${run}-20`,
      topics: ['oss.20.applications.v1'],
      fromBeginning: true,
    }),
    gatewayKeys: own.gatewayKeys,
    clock,
    seen: seenInMemory(),
    onSubmitted: async (event) => void applications.set(event.value.applicationId, event),
    onRefused: ({ code }) => void refused.push(code),
  });
  return { arrived: (id) => applications.get(id), refused, stop: () => consumer.stop() };
}

export interface HandlingParts {
  readonly desk: ApplicationDesk;
  readonly ura: UraClient;
  /** As configured for the municipality's client. */
  readonly organisation: string;
  readonly counter: AdisaCounter;
  /** Opens the case that the application is for, and waits for its end. */
  readonly decide: () => Promise<void>;
  /** Longest time for each wait, milliseconds. */
  readonly limitMs: number;
  readonly signal: AbortSignal;
  readonly onChange: (changed: Progress) => void;
}

/**
 * Follows an application from the counter to the municipality and its states back: takes it out of Kafka, reads and
 * compares the documents, reports each state, and looks whether the counter is told on all three ways.
 */
export async function handleApplication(
  progress: Progress,
  planned: PlannedApplication,
  parts: HandlingParts,
): Promise<void> {
  const { desk, ura, counter, decide, limitMs, signal, onChange } = parts;
  const { id, application: trail } = progress;
  if (id === undefined || trail === undefined) return;
  const officer = { organisation: parts.organisation, officer: 'e.hoxha', unit: 'Zyra me një ndalesë' };
  const until = async (what: string, isSo: () => boolean): Promise<void> => {
    await waitFor(what, limitMs, signal, isSo);
    onChange(progress);
  };

  await until('the application out of Kafka', () => desk.arrived(id) !== undefined);
  trail.arrived = true;
  const { value } = desk.arrived(id) as ApplicationEvent;
  const documents = await Promise.all(
    value.documents.map(async ({ number, sha256 }, index) => {
      const bytes = Buffer.from(await ura.applicationDocument(id, number));
      const attached = Buffer.from(planned.draft.documents?.[index]?.content ?? '', 'base64');
      const same = bytes.equals(attached) && createHash('sha256').update(bytes).digest('hex') === sha256;
      return check(`document ${number}`, same, 'the bytes that the counter attached');
    }),
  );
  const report = async (state: PlannedApplication['states'][number]): Promise<void> => {
    await ura.reportApplicationState(id, { state, officer, protocolNumber: `${value.caseId}/${state}` });
    await until(`${state} on all three ways`, () => {
      trail.byWebhook.splice(0, Infinity, ...counter.calledWith(id));
      trail.byTopic.splice(0, Infinity, ...counter.heardOf(id));
      return trail.byWebhook.includes(state) && trail.byTopic.includes(state);
    });
    const present = await counter.read(id);
    if (present.state === state) trail.byGet.push(present.state);
    onChange(progress);
  };
  const [received, inReview, approved] = planned.states;
  if (received) await report(received);
  if (inReview) await report(inReview);
  await decide();
  if (approved) await report(approved);
  trail.checks = [
    check('attached', documents.length === planned.draft.documents?.length, 'every document is there'),
    ...documents,
    ...(['byGet', 'byWebhook', 'byTopic'] as const).map((way) =>
      check(`states ${way}`, trail[way].join() === planned.states.join(), planned.states.join(', ')),
    ),
  ];
  onChange(progress);
}

function check(name: string, ok: boolean, wanted: string): Check {
  return { name, ok, detail: ok ? wanted : `not so: ${wanted}` };
}
