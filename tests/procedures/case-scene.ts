import { randomUUID } from 'node:crypto';
import { systemClock } from '../../src/clock.js';
import { UraError } from '../../src/errors.js';
import { uuidV7 } from '../../src/ids.js';
import type { CaseEvidence, LoadedCase, StoredCase } from '../../src/procedures/case.js';
import type { CaseEventMaker } from '../../src/procedures/case-event.js';
import type { CaseStore } from '../../src/procedures/case-keeping.js';
import { createCaseStore } from '../../src/procedures/case-store.js';
import { CaseEngine } from '../../src/procedures/engine.js';
import { Expressions } from '../../src/procedures/expression.js';
import type { Step } from '../../src/procedures/procedure.js';
import type { Submission } from '../../src/requests/accept.js';
import { createRequestStore } from '../../src/requests/request-store.js';
import { createResultStore } from '../../src/results/result-store.js';
import { acceptance } from '../requests/acceptance.js';
import { event, step as resultStep } from '../results/step.js';
import { type FreshDatabase, freshDatabase } from '../support/fresh-database.js';
import { waitFor } from '../support/wait-for.js';
import { applicant, procedureOf } from './facts.js';

/** Cases on a real store, with a gateway around them that takes every request and answers none by itself. */
export interface CaseScene {
  readonly fresh: FreshDatabase;
  readonly store: CaseStore;
  /** Every request that was taken in, repetitions included. */
  readonly submissions: Submission[];
  readonly failures: string[];
  /** What happens when a request is made; may throw. */
  onAccept(work: (submission: Submission) => Promise<void>): void;
  /** One more engine on the same store, as another node has one. */
  engine(settings?: Partial<{ lookAgainMs: number; pollMs: number }>): CaseEngine;
  /** Stores a case that nobody looks after yet. */
  submit(evidence: readonly Step[], changes?: Partial<StoredCase>): Promise<StoredCase>;
  load(id: string): Promise<LoadedCase>;
  reaches(id: string, state: StoredCase['state']): Promise<LoadedCase>;
  /** Ends the requests of a step, without a word to any engine. */
  end(id: string, step: string, evidence?: unknown): Promise<void>;
  /** Events of cases that wait in the outbox. */
  events(id: string): Promise<number>;
  close(): Promise<void>;
}

export const signedBytes: CaseEvidence = {
  kind: 'submission',
  bytes: Buffer.from('{"applicant":{}}'),
  mediaType: 'application/json',
  signedBy: 'dev-oss-divjake',
  meta: { profile: 'http-sig' },
};

/** An event with nothing in it but whose it is. */
export const caseEvents: CaseEventMaker = {
  async make(stored) {
    const made = event(stored.id, randomUUID());
    return { event: made, proof: { kind: 'result', bytes: made.value, mediaType: 'application/json' } };
  },
};

export async function openCaseScene(): Promise<CaseScene> {
  const fresh = await freshDatabase();
  const ids = uuidV7(systemClock);
  const store = createCaseStore(fresh.database);
  const requests = createRequestStore(fresh.database);
  const results = createResultStore(fresh.database);
  const submissions: Submission[] = [];
  const failures: string[] = [];
  const engines: CaseEngine[] = [];
  let before: (submission: Submission) => Promise<void> = async () => {};

  const load = async (id: string): Promise<LoadedCase> => {
    const loaded = await store.load(id);
    if (!loaded) throw new Error('there is no such case');
    return loaded;
  };

  return {
    fresh,
    store,
    submissions,
    failures,
    onAccept(work) {
      before = work;
    },
    engine(settings = {}) {
      const engine = new CaseEngine(
        { lookAgainMs: 300, pollMs: 20, ...settings },
        {
          store,
          events: caseEvents,
          expressions: new Expressions(),
          clock: systemClock,
          ids,
          async accept(submission) {
            submissions.push(submission);
            await before(submission);
            const given = acceptance({
              request: {
                id: submission.id,
                service: submission.body.service,
                caseId: submission.body.caseId,
              },
            });
            const accepted = await requests.accept({ ...given, idempotencyKey: submission.idempotencyKey });
            if (accepted.kind === 'other-body') throw new UraError('idempotency-key-reused', 'Another body.');
          },
          findClient: (id) =>
            id === 'oss-divjake' ? { id, municipality: '20', organisations: ['Bashkia Divjakë'] } : undefined,
          cancelRequest: async (_client, requestId, cancellation) =>
            results.take({
              requestId,
              leaseOwner: null,
              to: 'cancelled',
              evidence: [cancellation],
              event: event(),
              at: Date.now(),
            }),
          observer: { ended: () => {}, failed: (what, error) => failures.push(`${what}: ${error.message}`) },
        },
      );
      engines.push(engine);
      return engine;
    },
    async submit(evidence, changes = {}) {
      const now = Date.now();
      const accepted = await store.accept({
        stored: {
          id: ids.next(),
          clientId: 'oss-divjake',
          municipality: '20',
          caseId: 'DIV-1',
          definition: {
            code: 'AL990001',
            name: { sq: 'Provë', en: 'Test' },
            version: 'v1',
            procedure: procedureOf(evidence),
          },
          application: {
            applicant,
            form: {},
            requester: { organisation: 'Bashkia Divjakë', officer: 'a.hoxha', unit: 'OSS' },
          },
          warnings: [],
          deadlineAt: now + 60_000,
          acceptedAt: now,
          ...changes,
        },
        idempotencyKey: randomUUID(),
        bodySha256: Buffer.alloc(32),
        submission: signedBytes,
        lookAgainMs: 0,
      });
      if (accepted.kind !== 'new') throw new Error('not a new case');
      return accepted.stored;
    },
    load,
    reaches: (id, state) =>
      waitFor(
        async () => {
          const loaded = await load(id);
          return loaded.stored.state === state ? loaded : undefined;
        },
        `${state} of case ${id}`,
        8_000,
      ),
    async end(id, step, evidence) {
      const { exchanges } = await waitFor(
        async () => {
          const loaded = await load(id);
          const mine = loaded.exchanges.filter((each) => each.step === step);
          return mine.length > 0 && mine.every(({ submitted }) => submitted) ? loaded : undefined;
        },
        `the requests of ${step}`,
        8_000,
      );
      for (const { requestId } of exchanges.filter((each) => each.step === step && each.requestOpen)) {
        await fresh.database.query(
          `update requests set state = 'dispatching', lease_owner = 'me', lease_until = now() + interval '1 hour'
           where id = $1`,
          [requestId],
        );
        const answered =
          evidence === undefined
            ? resultStep(requestId, { to: 'failed', result: { kind: 'failed', code: 'answer-invalid' } })
            : resultStep(requestId, { result: { kind: 'answered', evidenceType: 'x', evidence } });
        if (!(await results.take(answered))) throw new Error('the request did not end');
      }
    },
    async events(id) {
      const { rows } = await fresh.database.query<{ n: number }>(
        'select count(*)::integer as n from outbox where key = $1',
        [id],
      );
      return rows[0]?.n ?? 0;
    },
    async close() {
      for (const engine of engines) await engine.stop();
      await fresh.drop();
    },
  };
}
