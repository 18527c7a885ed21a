import { randomUUID } from 'node:crypto';
import { type OwnClient, openOwnClient } from '../../src/cli/own-client.js';
import {
  consumeResults,
  makeSubmissionRecord,
  type RequestDraft,
  type ResultEvent,
  type SubmissionRecord,
  type SubmissionRefusedEvent,
  seenInMemory,
  UraClient,
} from '../../src/client/index.js';
import { createEventSource } from '../../src/kafka/consumer.js';
import { createProducer, type EventProducer } from '../../src/kafka/producer.js';
import { resultsTopic } from '../../src/results/result-event.js';
import type { EventHeaders } from '../../src/signing/event-signature.js';
import { signSubmission } from '../../src/signing/kafka-event/submission-signature.js';
import { type ConfigCopy, configCopy, type Json } from '../support/config-copy.js';
import { familyRequest } from '../support/stack.js';
import { waitFor } from '../support/wait-for.js';

/** Codes of two municipalities that no other test submits for: the topics of a run are shared. */
export type Codes = readonly [own: string, other: string];

/** By which all gateways of a test are known, whichever port each of them has. */
const sharedOrigin = 'http://gateway.test';

/** Lets the clients of Divjakë and Fier submit over Kafka, as of these municipalities, in a group of their own. */
export function intakeConfig([own, other]: Codes, properties: Json = {}): Promise<ConfigCopy> {
  const open = (municipality: string) => (client: Json) => ({ ...client, municipality, kafkaIntake: true });
  return configCopy({
    'clients/oss-divjake.json': open(own),
    'clients/oss-fier.json': open(other),
    // A client of the same municipality that may not.
    'clients/social-service.json': (client) => ({ ...client, municipality: own }),
    'gateway.json': (gateway) => ({
      ...gateway,
      publicOrigins: [...(gateway.publicOrigins as string[]), sharedOrigin],
      dispatch: { leaseMs: 1500, pollMs: 100, defaultDeadlineMinutes: 10 },
      kafka: {
        ...(gateway.kafka as Json),
        clientProperties: {
          'group.id': `ura-intake-${randomUUID()}`,
          'session.timeout.ms': 6000,
          ...properties,
        },
      },
    }),
  });
}

export type Told = ResultEvent | SubmissionRefusedEvent;

/** A municipality's software: submits over Kafka, and reads what comes of it. */
export interface IntakeScene {
  /** The signed record of a request, before it is produced. */
  record(
    draft: RequestDraft,
    change?: { municipality?: string; id?: string; now?: number },
  ): Promise<SubmissionRecord>;
  /** A value of any kind, signed as a submission. */
  signed(value: Uint8Array, caseId: string, id: string): Promise<SubmissionRecord>;
  /** Resolves with where each of them lies. */
  produce(...records: SubmissionRecord[]): Promise<{ partition: number; offset: number }[]>;
  /** Signs and produces; returns the id of the submission. */
  submit(draft: RequestDraft, municipality?: string): Promise<string>;
  /** The first municipality's client over HTTP. */
  readonly client: UraClient;
  /** Every delivery about a submission, repetitions included. */
  told(submissionId: string): readonly Told[];
  /** Of all submissions, also those of other tests on the same broker. */
  all(): readonly Told[];
  /** The first of them, once it is there. */
  next(submissionId: string): Promise<Told>;
  stop(): Promise<void>;
}

export async function openIntakeScene(
  variables: Readonly<Record<string, string>>,
  codes: Codes,
): Promise<IntakeScene> {
  const gateway = `http://127.0.0.1:${variables.PORT}`;
  const brokers = variables.KAFKA_BROKERS as string;
  const producer: EventProducer = createProducer({ brokers });
  const events: Told[] = [];
  const own = new Map<string, OwnClient>();
  for (const municipality of codes) own.set(municipality, await openOwnClient(variables, { municipality }));
  const ownOf = (municipality: string): OwnClient => own.get(municipality) as OwnClient;
  const keep = async (event: Told): Promise<void> => {
    events.push(event);
  };
  const consumer = consumeResults({
    source: createEventSource({
      brokers,
      groupId: `test-${randomUUID()}`,
      topics: codes.map(resultsTopic),
      fromBeginning: true,
    }),
    gatewayKeys: ownOf(codes[0]).gatewayKeys,
    // Repetitions are what a test looks for.
    seen: { ...seenInMemory(), has: async () => false },
    handler: keep,
    onSubmissionRefused: keep,
    onRefused: () => {},
  });
  const produce: IntakeScene['produce'] = async (...records) =>
    (await producer.produce(records)).map((result) => {
      if (!result.delivered) throw new Error(`not produced: ${result.code}`);
      return result;
    });
  const record: IntakeScene['record'] = (draft, { municipality = codes[0], id, now = Date.now() } = {}) =>
    makeSubmissionRecord(draft, {
      gateway: sharedOrigin,
      municipality,
      signer: ownOf(municipality).signer,
      idempotencyKey: id ?? randomUUID(),
      now,
    });
  const told = (id: string): Told[] => events.filter(({ value }) => value.submissionId === id);
  return {
    client: new UraClient({ gateway, ...ownOf(codes[0]) }),
    record,
    async signed(value, caseId, id) {
      const { topic, headers } = await record({ ...familyRequest('-'), caseId }, { id });
      const { ce_signature: _, ...rest } = Object.fromEntries(headers);
      const attributes = rest as unknown as EventHeaders;
      const signature = await signSubmission({ topic, attributes, value }, ownOf(codes[0]).signer, {
        now: Date.now(),
      });
      return { topic, key: caseId, value, headers: Object.entries({ ...rest, ce_signature: signature }) };
    },
    produce,
    async submit(draft, municipality = codes[0]) {
      const id = randomUUID();
      await produce(await record(draft, { municipality, id }));
      return id;
    },
    told,
    all: () => events,
    next: (id) => waitFor(() => told(id)[0], `what came of submission ${id}`, 40_000),
    async stop() {
      await consumer.stop();
      await consumer.finished;
      await producer.close();
    },
  };
}
