import { randomInt, randomUUID } from 'node:crypto';
import { appendFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { OperatorClient } from '../../../src/cli/operator/operator-client.js';
import { openOwnOperator } from '../../../src/cli/operator/own-operator.js';
import type { RequestLine } from '../../../src/cli/operator/tables.js';
import { UraRefused } from '../../../src/client/index.js';
import { systemClock } from '../../../src/clock.js';
import type { Acted } from '../checker/run-file.js';

/** Somebody at the operations desk. */
export interface Operator {
  /** @param meddles with what waits, besides settling what is held. */
  start(options: { readonly meddles: boolean }): { stop(): Promise<void> };
  close(): void;
}

export interface OperatorParts {
  readonly gateways: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
  /** Where each action is written down that a gateway said was done. */
  readonly journalFile: string;
  /** Requests that may be meddled with: those of procedures would leave their case waiting for an officer. */
  readonly isOfClient: (id: string) => boolean;
  /** What the registry's own journal says: whether it executed the request. */
  readonly wasExecuted: (line: RequestLine) => boolean;
}

const PAUSE_MS = 300;
/** Once the campaign is over, an action is tried no more often than this. */
const mostTurns = 20;
/** States in which a request waits for something. */
const meddledWith: ReadonlySet<string> = new Set(['accepted', 'retry-wait', 'awaiting-answer']);

/**
 * Cancels and reruns requests that wait, and settles those that are held, as the registry's journal tells: each action
 * under one key, to one gateway after another until one answers.
 */
export async function openOperator(parts: OperatorParts): Promise<Operator> {
  const { gateways, variables, journalFile } = parts;
  writeFileSync(journalFile, '', { mode: 0o600 });
  const own = await openOwnOperator(variables, {});
  const desks = gateways.map((gateway) => new OperatorClient({ gateway, ...own, clock: systemClock }));
  const desk = (turn: number): OperatorClient => desks[turn % desks.length] as OperatorClient;
  let stopped = false;

  /** Insists until a gateway says that it is done, or why not. */
  const act = async (line: RequestLine, { action, ...more }: Chosen): Promise<void> => {
    const idempotencyKey = randomUUID();
    const body = { reason: { text: 'Chaos', ...more.reason }, ...more.content };
    for (let turn = randomInt(desks.length); ; turn += 1) {
      try {
        await desk(turn).post(`/requests/${line.id}/${action}`, body, idempotencyKey);
        const acted: Acted = { id: line.id, action, idempotencyKey };
        return appendFileSync(journalFile, `${JSON.stringify(acted)}\n`);
      } catch (error) {
        // A refusal other than "not now" is an answer: meanwhile the request may have ended.
        if (error instanceof UraRefused && error.status < 500) return;
        if (stopped && turn > mostTurns) return;
        await sleep(100 + randomInt(300));
      }
    }
  };

  const once = async (turn: number, meddles: boolean): Promise<void> => {
    const { items } = await desk(turn).get<{ readonly items: readonly RequestLine[] }>('/requests', {
      limit: '200',
      state: meddles ? undefined : 'held',
    });
    const held = items.filter(({ state }) => state === 'held');
    for (const line of held) await act(line, settling(parts.wasExecuted(line)));
    const waiting = items.filter(({ id, state }) => meddledWith.has(state) && parts.isOfClient(id));
    const line = waiting[randomInt(Math.max(1, waiting.length))];
    if (line) await act(line, meddling(line));
  };

  return {
    start({ meddles }) {
      stopped = false;
      const work = async (): Promise<void> => {
        for (let turn = 0; !stopped; turn += 1) {
          // No gateway may be there at the moment; the next turn asks the other one.
          await once(turn, meddles).catch(() => {});
          await sleep(PAUSE_MS);
        }
      };
      const working = work();
      return {
        async stop() {
          stopped = true;
          await working;
        },
      };
    },
    close() {
      stopped = true;
      for (const each of desks) each.close();
    },
  };
}

interface Chosen {
  readonly action: 'cancel' | 'rerun' | 'release' | 'answer';
  readonly reason: { readonly code: string };
  readonly content?: object;
}

function meddling({ state }: RequestLine): Chosen {
  return state !== 'accepted' && randomInt(3) > 0
    ? { action: 'rerun', reason: { code: 'urgent' } }
    : { action: 'cancel', reason: { code: 'client-asked' } };
}

function settling(wasExecuted: boolean): Chosen {
  return wasExecuted
    ? {
        action: 'answer',
        reason: { code: 'registry-cannot-answer' },
        content: { failure: { code: 'answer-lost' } },
      }
    : { action: 'release', reason: { code: 'registry-journal' } };
}
