import { createHash } from 'node:crypto';
import { openOwnClient } from '../../../src/cli/own-client.js';
import {
  type RecordSink,
  type RequestDraft,
  RequestProducer,
  UraAnswerUntrusted,
  UraClient,
  UraNotProduced,
  UraRefused,
  UraUnreachable,
} from '../../../src/client/index.js';
import { createProducer } from '../../../src/kafka/producer.js';
import type { Attempt } from '../checker/run-file.js';
import type { ClientJournal } from './client-journal.js';
import { procedure, type RegistryName } from './configuration.js';

/** One submission, however often it is sent. */
export interface Submission {
  readonly kind: Attempt['kind'];
  readonly municipality: '20' | '21';
  readonly caseId: string;
  readonly body: object;
  readonly waitSeconds: number;
  readonly registry?: RegistryName;
}

/** Brings submissions to the gateways. */
export interface Courier {
  /**
   * Sends it once and writes down what came of it.
   *
   * @param turn chooses the gateway, where that is to be chosen.
   * @returns whether it was taken.
   */
  send(submission: Submission, idempotencyKey: string, turn: number): Promise<boolean>;
  close(): Promise<void>;
}

export interface CourierParts {
  readonly gateways: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
  readonly journal: ClientJournal;
}

const municipalities = ['20', '21'] as const;

/** Over HTTP: each answer of a gateway is the acceptance. */
export async function openHttpCourier({ gateways, variables, journal }: CourierParts): Promise<Courier> {
  const clients: { municipality: string; gateway: string; id: string; client: UraClient }[] = [];
  for (const municipality of municipalities) {
    const own = await openOwnClient(variables, { municipality });
    for (const gateway of gateways) {
      const client = new UraClient({ gateway, ...own, tries: 1, callTimeoutMs: 6_000 });
      clients.push({ municipality, gateway, id: own.id, client });
    }
  }
  return {
    send(submission, idempotencyKey, turn) {
      const { municipality, kind, body, waitSeconds } = submission;
      const known = clients.filter((each) => each.municipality === municipality);
      const { client, gateway, id } = known[turn % known.length] as (typeof known)[number];
      return attempt(journal, submission, { client: id, idempotencyKey, node: gateway }, async () => {
        const taken = await (kind === 'case'
          ? client.submitCase(procedure, body as never, { idempotencyKey })
          : client.submit(body as never, { idempotencyKey, waitSeconds }));
        return { id: taken.id, state: taken.state };
      });
    },
    async close() {
      for (const { client } of clients) client.close();
    },
  };
}

/** Over Kafka: a broker's confirmation is the acceptance. Sends requests and no cases. */
export async function openKafkaCourier({ gateways, variables, journal }: CourierParts): Promise<Courier> {
  const sink = openSink(variables.KAFKA_BROKERS as string);
  const clients = new Map<string, { id: string; producer: RequestProducer }>();
  for (const municipality of municipalities) {
    const { id, signer } = await openOwnClient(variables, { municipality });
    const gateway = gateways[0] as string;
    clients.set(municipality, {
      id,
      producer: new RequestProducer({ gateway, municipality, signer, sink }),
    });
  }
  return {
    send(submission, idempotencyKey) {
      const { id, producer } = clients.get(submission.municipality) as {
        id: string;
        producer: RequestProducer;
      };
      return attempt(journal, submission, { client: id, idempotencyKey, node: 'kafka' }, async () => {
        await producer.submit(submission.body as RequestDraft, { idempotencyKey });
        return { delivered: true };
      });
    },
    close: () => sink.close(),
  };
}

/** A producer that has met an error which it cannot recover from is replaced, as any software has to do. */
function openSink(brokers: string): RecordSink & { close(): Promise<void> } {
  let producer = createProducer({ brokers });
  return {
    async produce(records) {
      if (producer.fatal) {
        await producer.close();
        producer = createProducer({ brokers });
      }
      return producer.produce(records);
    },
    close: () => producer.close(),
  };
}

/** Writes one line, whatever comes of it. @returns whether it was taken. */
async function attempt(
  journal: ClientJournal,
  { kind, caseId, body, registry }: Submission,
  by: Pick<Attempt, 'client' | 'idempotencyKey' | 'node'>,
  send: () => Promise<Pick<Attempt, 'id' | 'state' | 'delivered'>>,
): Promise<boolean> {
  const begun = performance.now();
  const common = {
    at: new Date().toISOString(),
    kind,
    caseId,
    bodySha256: createHash('sha256').update(JSON.stringify(body)).digest('hex'),
    ...by,
    ...(registry === undefined ? {} : { registry }),
  };
  const took = (): number => Math.round((performance.now() - begun) * 10) / 10;
  try {
    const taken = await send();
    journal.write({ ...common, durationMs: took(), ...taken });
    return true;
  } catch (error) {
    journal.write({ ...common, durationMs: took(), ...failureOf(error) });
    return false;
  }
}

function failureOf(error: unknown): { status: number; code: string } {
  if (error instanceof UraRefused) return { status: error.status, code: error.code };
  if (error instanceof UraUnreachable) return { status: 0, code: error.code };
  if (error instanceof UraAnswerUntrusted) return { status: error.status, code: `untrusted ${error.reason}` };
  if (error instanceof UraNotProduced) return { status: 0, code: `kafka ${error.code}` };
  throw error;
}
