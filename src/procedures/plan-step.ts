import type { Identifier } from '../../adapters/adapter.js';
import type { Reason } from '../requests/request.js';
import type { CaseExchange } from './case.js';
import {
  type ExpressionContext,
  ExpressionFailed,
  ExpressionInvalid,
  type Expressions,
} from './expression.js';
import type { Ask, CaseFacts, PlannedStep, StepState } from './plan.js';
import type { Step } from './procedure.js';
import { reasonOf } from './reasons.js';

const DEFAULT_MAX_ITEMS = 30;
/** Whatever a procedure says: nobody's matter needs more questions of one kind. */
const HIGHEST_MAX_ITEMS = 200;
/** A parameter set beyond this is no parameter set. Bytes of JSON. */
const LARGEST_PARAMETERS = 16_384;

const schemes: readonly unknown[] = ['NID', 'NUIS', 'PROPERTY'];

/** An expression gave something that cannot be asked. */
class Unaskable extends Error {
  constructor(readonly reason: Reason) {
    super(reason.code);
  }
}

/**
 * Plans one step whose forerunners are planned.
 *
 * @param after ids of its forerunners.
 */
export function planStep(
  step: Step,
  after: readonly string[],
  planned: ReadonlyMap<string, PlannedStep>,
  facts: CaseFacts,
  expressions: Expressions,
): { step: PlannedStep; asks: readonly Ask[] } {
  const exchanges = latestRounds(facts.exchanges, step.id);
  const as = (state: StepState, reason?: Reason) => ({
    step: { step, state, after, exchanges, ...(reason ? { reason } : {}) },
    asks: [],
  });
  // Once asked, always asked: what is known later does not change what was asked.
  if (exchanges.length > 0) {
    const { state, reason } = stateOf(exchanges, facts);
    return as(state, reason);
  }
  const before = after.map((id) => planned.get(id) as PlannedStep);
  if (before.some(({ state }) => state === 'waiting' || state === 'running')) return as('waiting');

  const context: ExpressionContext = {
    applicant: facts.application.applicant,
    form: facts.application.form,
    municipality: facts.municipality,
    steps: Object.fromEntries(before.map((each) => [each.step.id, evidenceOf(each)])),
  };
  let asks: Ask[] | undefined;
  try {
    asks = asksOf(step, context, expressions);
  } catch (error) {
    if (error instanceof Unaskable) return as('failed', error.reason);
    const known = error instanceof ExpressionFailed || error instanceof ExpressionInvalid;
    if (!known) throw error;
    return as(...withoutForerunner(before, error));
  }
  if (asks === undefined) return as('skipped', reasonOf('condition-false'));
  if (asks.length === 0) return as('done');
  if (facts.now >= facts.deadlineAt) return as('failed', reasonOf('deadline-passed'));
  return { step: { step, state: 'running', after, exchanges }, asks };
}

/** @returns undefined when the step is to be skipped. */
function asksOf(step: Step, context: ExpressionContext, expressions: Expressions): Ask[] | undefined {
  const evaluate = (source: string, expected: 'bool' | 'list' | 'any', item?: unknown): unknown =>
    expressions.compile(source, expected).evaluate(item === undefined ? context : { ...context, item });

  if (step.when !== undefined) {
    const wanted = evaluate(step.when, 'bool');
    if (typeof wanted !== 'boolean') throw new ExpressionFailed('not-bool');
    if (!wanted) return undefined;
  }
  const askAbout = (number: number | null, item?: unknown): Ask => ({
    step: step.id,
    item: number,
    round: 1,
    service: step.service,
    subject: toSubject(evaluate(step.subject ?? 'applicant', 'any', item)),
    parameters: toParameters(
      Object.entries(step.parameters ?? {}).map(([name, source]) => [name, evaluate(source, 'any', item)]),
    ),
    ...(step.validForDays === undefined ? {} : { validForDays: step.validForDays }),
  });
  if (step.forEach === undefined) return [askAbout(null)];
  const items = evaluate(step.forEach, 'list');
  if (!Array.isArray(items)) throw new ExpressionFailed('not-list');
  const most = Math.min(step.maxItems ?? DEFAULT_MAX_ITEMS, HIGHEST_MAX_ITEMS);
  if (items.length > most)
    throw new Unaskable(reasonOf('too-many-items', `${items.length} of at most ${most}`));
  return items.map((item, number) => askAbout(number, item));
}

function toSubject(value: unknown): Identifier {
  const { scheme, notation } = (typeof value === 'object' && value !== null ? value : {}) as Record<
    string,
    unknown
  >;
  if (!schemes.includes(scheme) || typeof notation !== 'string' || notation.length > 60) {
    throw new Unaskable(reasonOf('no-subject'));
  }
  return { scheme: scheme as Identifier['scheme'], notation };
}

function toParameters(entries: readonly [string, unknown][]): Record<string, unknown> {
  const parameters = Object.fromEntries(entries);
  if (JSON.stringify(parameters).length > LARGEST_PARAMETERS) throw new ExpressionFailed('result-too-large');
  return parameters;
}

/** Why an expression fails is plainest when a step that it names brought nothing. */
function withoutForerunner(
  before: readonly PlannedStep[],
  error: ExpressionFailed | ExpressionInvalid,
): [StepState, Reason] {
  const failed = before.find(({ state }) => state === 'failed');
  if (failed) return ['failed', reasonOf('needs-step', failed.step.id)];
  const skipped = before.find(({ state }) => state === 'skipped');
  if (skipped) return ['skipped', reasonOf('needs-skipped-step', skipped.step.id)];
  return [
    'failed',
    reasonOf('expression-failed', error instanceof ExpressionFailed ? error.code : error.message),
  ];
}

/** What other steps see of an ended one. */
function evidenceOf({ step, exchanges }: PlannedStep): unknown {
  const seen = exchanges.map(({ state, evidence }) => (state === 'answered' ? { evidence } : {}));
  return step.forEach === undefined ? (seen[0] ?? {}) : { items: seen };
}

function stateOf(
  exchanges: readonly CaseExchange[],
  facts: CaseFacts,
): { state: StepState; reason?: Reason } {
  const late = facts.now >= facts.deadlineAt;
  if (!late && exchanges.some(({ state }) => state === 'open')) return { state: 'running' };
  const wrong = exchanges.find(({ state }) => state !== 'answered');
  if (!wrong) return { state: 'done' };
  return {
    state: 'failed',
    reason: wrong.reason ?? reasonOf(wrong.state === 'open' ? 'deadline-passed' : wrong.state),
  };
}

/** Of each item the exchange that counts, in the order of the items. */
export function latestRounds(exchanges: readonly CaseExchange[], step: string): CaseExchange[] {
  const latest = new Map<number | null, CaseExchange>();
  for (const exchange of exchanges) {
    if (exchange.step !== step) continue;
    const known = latest.get(exchange.item);
    if (!known || known.round < exchange.round) latest.set(exchange.item, exchange);
  }
  return [...latest.values()].sort((left, right) => (left.item ?? 0) - (right.item ?? 0));
}
