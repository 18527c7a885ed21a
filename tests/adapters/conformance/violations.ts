import type { Adapter, Exchange, Exchanged } from '../../../adapters/adapter.js';
import type { AdapterKind } from '../../../adapters/adapter-kind.js';
import { business } from '../../../adapters/business/index.js';
import { civil } from '../../../adapters/civil/index.js';
import { municipalTax } from '../../../adapters/municipal-tax/index.js';
import { property } from '../../../adapters/property/index.js';
import type { Simulator, SimulatorKind } from '../../../adapters/simulator-kind.js';
import { tax } from '../../../adapters/tax/index.js';
import type { Outcome } from '../../../contracts/outcome.js';

/** An adapter that breaks one rule, and what the suite must say about it. */
export interface Violation {
  /** What the adapter, or its simulator, does wrong. */
  readonly does: string;
  readonly kind: AdapterKind;
  /** Of the finding. */
  readonly why: RegExp;
}

type Call = (exchange: Exchange, next: Adapter['call'], signal: AbortSignal) => Promise<Exchanged>;

function adapterThat(kind: AdapterKind, change: (adapter: Adapter) => Partial<Adapter>): AdapterKind {
  const create = async (...given: Parameters<typeof kind.create>): Promise<Adapter> => {
    const adapter = await (kind.create as (...all: unknown[]) => Promise<Adapter>)(...given);
    return { ...adapter, ...change(adapter) };
  };
  return { ...kind, create } as AdapterKind;
}

function callingThat(kind: AdapterKind, call: Call): AdapterKind {
  return adapterThat(kind, (adapter) => ({
    call: (exchange, signal) => call(exchange, adapter.call, signal),
  }));
}

/** Makes one outcome of another, wherever it comes. */
function mistaking(kind: AdapterKind, from: Outcome['kind'], to: Outcome): AdapterKind {
  return callingThat(kind, async (exchange, next, signal) => {
    const exchanged = await next(exchange, signal);
    return exchanged.outcome.kind === from ? { ...exchanged, outcome: to } : exchanged;
  });
}

function standingIn(
  kind: AdapterKind,
  change: (stand: SimulatorKind) => Partial<SimulatorKind>,
): AdapterKind {
  const simulator = async () => {
    const stand = await kind.simulator();
    return { ...stand, ...change(stand) };
  };
  return { ...kind, simulator } as AdapterKind;
}

function startingThat(kind: AdapterKind, change: (simulator: Simulator) => Partial<Simulator>): AdapterKind {
  return standingIn(kind, (stand) => ({
    async start(settings) {
      const simulator = await stand.start(settings);
      return { ...simulator, ...change(simulator) };
    },
  }));
}

const answered: Outcome = { kind: 'answered', evidence: {}, evidenceType: 'tax-clearance' };
const unavailable: Outcome = { kind: 'unavailable', reason: 'connection-lost' };
const notExecuted: Outcome = { kind: 'unavailable', reason: 'not-executed' };
const refused: Outcome = { kind: 'refused', code: 'NO', message: 'No.' };

/** Believes what the profile or the mapping found out to be wrong. */
const gullible: Violation['kind'] = mistaking(tax, 'invalid', answered);
/** Takes what may have been executed for what was not: it would be asked again. */
const rash: Violation['kind'] = mistaking(tax, 'unknown', unavailable);

/** A new message id for each attempt. */
const forgetful = callingThat(tax, (exchange, next, signal) =>
  next({ ...exchange, messageId: crypto.randomUUID() }, signal),
);

const bare = (kind: AdapterKind): AdapterKind =>
  callingThat(kind, async (exchange, next, signal) => {
    const { requestBytes: _, answerBytes: __, ...rest } = await next(exchange, signal);
    return rest;
  });

/** By id of the check that must find it. */
export const violations: Readonly<Record<string, Violation>> = {
  operations: {
    does: 'opens without one of its operations',
    kind: adapterThat(civil, ({ operations }) => ({ operations: new Map([...operations].slice(1)) })),
    why: /other operations/,
  },
  success: { does: 'refuses what is answered', kind: mistaking(tax, 'answered', refused), why: /refused NO/ },
  empty: {
    does: 'takes an empty answer for a refusal',
    kind: callingThat(business, async (exchange, next, signal) => {
      const exchanged = await next(exchange, signal);
      const { evidence } = exchanged.outcome as { evidence?: { companies?: unknown[] } };
      return evidence?.companies?.length === 0 ? { ...exchanged, outcome: refused } : exchanged;
    }),
    why: /refused NO instead of answered/,
  },
  refusal: {
    does: 'takes a refusal for an answer',
    kind: mistaking(tax, 'refused', answered),
    why: /answered/,
  },
  manual: {
    does: 'refuses what people would answer',
    kind: mistaking(municipalTax, 'manual', refused),
    why: /refused NO instead of manual/,
  },
  'other-samples': {
    does: 'leaves debtors to people',
    kind: callingThat(tax, async (exchange, next, signal) => {
      const exchanged = await next(exchange, signal);
      const { evidence } = exchanged.outcome as { evidence?: { status?: string } };
      return evidence?.status === 'DEBT'
        ? { ...exchanged, outcome: { kind: 'manual', code: 'DEBT' } }
        : exchanged;
    }),
    why: /manual DEBT instead of answered/,
  },
  'late-samples': {
    does: 'takes a promise for an answer',
    kind: mistaking(business, 'pending', answered),
    why: /answered instead of pending/,
  },
  'evidence-valid': {
    does: 'adds to the evidence what its schema does not know',
    kind: callingThat(tax, async (exchange, next, signal) => {
      const exchanged = await next(exchange, signal);
      if (exchanged.outcome.kind !== 'answered') return exchanged;
      const evidence = { ...(exchanged.outcome.evidence as object), phone: '+355' };
      return { ...exchanged, outcome: { ...exchanged.outcome, evidence } };
    }),
    why: /additionalProperties/,
  },
  'evidence-bytes': { does: 'keeps no bytes', kind: bare(tax), why: /no bytes of the question/ },
  busy: {
    does: 'takes busy for a refusal',
    kind: mistaking(tax, 'unavailable', refused),
    why: /refused NO instead of unavailable/,
  },
  slow: {
    does: 'gives up after 100 milliseconds',
    kind: callingThat(tax, (exchange, next) => next(exchange, AbortSignal.timeout(100))),
    why: /unknown stopped instead of answered/,
  },
  timeout: { does: 'would ask again after a time-out', kind: rash, why: /unavailable/ },
  deadline: {
    does: 'asks after the deadline',
    kind: callingThat(tax, (exchange, next, signal) =>
      next({ ...exchange, deadlineAt: Math.max(exchange.deadlineAt, Date.now() + 900) }, signal),
    ),
    why: /answered instead of unavailable/,
  },
  stopped: { does: 'would ask again what it gave up', kind: rash, why: /unavailable/ },
  down: { does: 'would ask again what was cut', kind: rash, why: /unavailable/ },
  'nobody-there': {
    does: 'holds a question that surely never left',
    kind: mistaking(tax, 'unavailable', { kind: 'unknown', reason: 'connection-lost' }),
    why: /unknown connection-lost/,
  },
  probe: {
    does: 'says that everything is reached',
    kind: adapterThat(tax, () => ({ probe: async () => true })),
    why: /registry that is gone/,
  },
  unmappable: {
    does: 'asks about somebody else when it cannot ask',
    kind: callingThat(tax, (exchange, next, signal) =>
      next(
        exchange.subject.notation === ''
          ? { ...exchange, subject: { scheme: 'NID', notation: 'J00101999W' } }
          : exchange,
        signal,
      ),
    ),
    why: /instead of invalid/,
  },
  duplicate: { does: 'gives each attempt another message id', kind: forgetful, why: /2 times/ },
  'drop-after-execution': {
    does: 'gives each attempt another message id',
    kind: forgetful,
    why: /executed it again/,
  },
  'act-again': {
    does: 'answers an act again out of its own memory',
    kind: adapterThat(tax, ({ call }) => {
      const told = new Map<string, Exchanged>();
      return {
        async call(exchange, signal) {
          const exchanged = told.get(exchange.messageId) ?? (await call(exchange, signal));
          told.set(exchange.messageId, exchanged);
          return exchanged;
        },
      };
    }),
    why: /certificate: the journal shows 1 executions of two/,
  },
  'status-executed': {
    does: 'asks again instead of asking for the status',
    kind: adapterThat(property, ({ call }) => ({ status: call })),
    why: /asking executed something/,
  },
  'status-refused': {
    does: 'takes a refusal for something that was not executed',
    kind: adapterThat(tax, ({ status }) => ({
      async status(exchange, signal) {
        const told = await (status as NonNullable<Adapter['status']>)(exchange, signal);
        return told.outcome.kind === 'refused' ? { ...told, outcome: notExecuted } : told;
      },
    })),
    why: /unavailable not-executed instead of refused/,
  },
  'status-not-executed': {
    does: 'takes a lost answer for something that was not executed',
    kind: adapterThat(property, ({ status }) => ({
      async status(exchange, signal) {
        const told = await (status as NonNullable<Adapter['status']>)(exchange, signal);
        return told.outcome.kind === 'unknown' ? { ...told, outcome: notExecuted } : told;
      },
    })),
    why: /unavailable not-executed instead of unknown/,
  },
  'status-untrusted': {
    does: 'believes what it could not verify',
    kind: adapterThat(tax, ({ status }) => ({
      async status(exchange, signal) {
        const told = await (status as NonNullable<Adapter['status']>)(exchange, signal);
        return told.outcome.kind === 'invalid' ? { ...told, outcome: answered } : told;
      },
    })),
    why: /answered instead of invalid/,
  },
  'late-by-poll': {
    does: 'changes the ticket while the answer is not there',
    kind: adapterThat(property, ({ poll }) => ({
      async poll(exchange, ticket, signal) {
        const exchanged = await (poll as NonNullable<Adapter['poll']>)(exchange, ticket, signal);
        const { outcome } = exchanged;
        return outcome.kind === 'pending'
          ? { ...exchanged, outcome: { ...outcome, ticket: 'X' } }
          : exchanged;
      },
    })),
    why: /the ticket changed/,
  },
  'late-by-callback': {
    does: 'takes a callback for whatever question it is held against',
    kind: adapterThat(property, ({ openCallback }) => ({
      async openCallback(message) {
        const opened = await (openCallback as NonNullable<Adapter['openCallback']>)(message);
        let first: Promise<Exchanged> | undefined;
        return {
          ...opened,
          read: (exchange, ticket) => (first ??= opened.read(exchange, ticket)),
        };
      },
    })),
    why: /answered instead of invalid/,
  },
  'callback-tampered': {
    does: 'opens callbacks without a look at their signature',
    kind: adapterThat(property, () => ({
      openCallback: async (message) => ({
        messageId: /RequestMessageId>urn:uuid:([^<]+)/.exec(Buffer.from(message.body).toString())?.[1] ?? '',
        read: async () => ({ outcome: answered, timings: { signMs: 0, callMs: 0, verifyMs: 0 } }),
        acknowledge: async () => ({ status: 200, headers: {}, body: Buffer.alloc(0) }),
      }),
    })),
    why: /the changed message was opened/,
  },
  unsigned: { does: 'believes it', kind: gullible, why: /answered instead of invalid/ },
  'unsigned-fault': { does: 'concludes that nothing was executed', kind: rash, why: /unavailable/ },
  'wrong-signer': { does: 'believes it', kind: gullible, why: /answered instead of invalid/ },
  'other-answer': { does: 'believes it', kind: gullible, why: /answered instead of invalid/ },
  'other-subject': { does: 'believes it', kind: gullible, why: /answered instead of invalid/ },
  'swapped-answers': { does: 'believes them', kind: gullible, why: /answered instead of invalid/ },
  garbage: { does: 'concludes that nothing was executed', kind: rash, why: /unavailable/ },
};

/** What a simulator must not get away with: else a check would hold because nothing happened. */
export const idleSimulators: Readonly<Record<string, Violation>> = {
  operations: {
    does: 'has no sample of an operation',
    kind: standingIn(civil, (stand) => ({
      samples: (settings) => stand.samples(settings).filter(({ operation }) => operation !== 'residence'),
    })),
    why: /residence: no sample of a success/,
  },
  duplicate: {
    does: 'counts nothing',
    kind: startingThat(tax, () => ({ journal: () => ({ executed: 0, repeated: 0 }) })),
    why: /executed it 0 times/,
  },
  unsigned: {
    does: 'signs what it was told not to sign',
    kind: startingThat(tax, ({ control }) => ({
      control: (command) => control(command.behaviour === 'unsigned' ? { behaviour: 'normal' } : command),
    })),
    why: /answered instead of invalid/,
  },
  'other-subject': {
    does: 'cannot be told to',
    kind: startingThat(tax, ({ control }) => ({
      control(command) {
        if (command.behaviour === 'other-subject') throw new TypeError('no such behaviour');
        control(command);
      },
    })),
    why: /no behaviour other-subject/,
  },
  'late-by-poll': {
    does: 'never answers late, though the adapter could ask',
    kind: startingThat(property, ({ control }) => ({
      control: (command) => control(command.behaviour.startsWith('late') ? { behaviour: 'normal' } : command),
    })),
    why: /no sample comes late/,
  },
};
