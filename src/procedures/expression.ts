import { type Context, createContext, Script } from 'node:vm';
import { Environment } from '@marcbachmann/cel-js';
import { namesIn } from './expression-names.js';

/** What an expression can name. `steps.<id>` is `{evidence}` of an answered step, `{items: [{evidence}]}` of a fan-out. */
export interface ExpressionContext {
  readonly applicant: unknown;
  readonly form: unknown;
  readonly municipality: string;
  readonly steps: Readonly<Record<string, unknown>>;
  readonly item?: unknown;
}

/** Checked once, evaluated often. */
export interface Expression {
  /** Ids of the steps whose evidence it reads. */
  readonly steps: ReadonlySet<string>;
  readonly usesItem: boolean;
  /**
   * @returns plain JSON.
   * @throws {ExpressionFailed} with a code; never with a value, which may be personal data.
   */
  evaluate(context: ExpressionContext): unknown;
}

/** What an expression has to give. `any`: not known before it is evaluated. */
export type ExpectedType = 'bool' | 'list' | 'any';

/** The text is no expression that a procedure may have. */
export class ExpressionInvalid extends Error {
  override readonly name = 'ExpressionInvalid';
}

/** A good expression does not fit the data of this case. */
export class ExpressionFailed extends Error {
  override readonly name = 'ExpressionFailed';

  constructor(readonly code: string) {
    super(`the expression cannot be evaluated: ${code}`);
  }
}

/** Longer ones are no expressions but programs; also what keeps the parser from a deep recursion. */
const LONGEST = 1_000;
/** Milliseconds. An honest expression takes microseconds; this ends one that was written to take hours. */
const TIME_LIMIT_MS = 1_000;
/** Values in a result, at most. */
const LARGEST_RESULT = 10_000;
/** Compiled expressions kept; the least recently made go first. */
const CACHE_SIZE = 2_000;

/**
 * CEL (Common Expression Language) for procedures: an expression cannot loop, assign, call out or reach anything
 * but the context, and is stopped when it takes too long. The one place that knows the library.
 */
export class Expressions {
  readonly #environment: Environment;
  readonly #compiled = new Map<string, Expression>();
  readonly #sandbox: Context;
  readonly #run: Script;

  constructor() {
    this.#environment = new Environment({
      unlistedVariablesAreDyn: false,
      homogeneousAggregateLiterals: false,
      limits: { maxAstNodes: 200, maxDepth: 24, maxListElements: 50, maxMapEntries: 20, maxCallArguments: 4 },
    });
    for (const name of ['applicant', 'form', 'municipality', 'steps', 'item']) {
      this.#environment.registerVariable(name, 'dyn');
    }
    // Not for isolation: only a script of its own can be stopped from outside while it runs.
    this.#sandbox = createContext({ evaluate: undefined });
    this.#run = new Script('evaluate()');
  }

  /** @throws {ExpressionInvalid} with a sentence for whoever wrote it. */
  compile(source: string, expected: ExpectedType = 'any'): Expression {
    const key = `${expected} ${source}`;
    const known = this.#compiled.get(key);
    if (known) return known;
    const compiled = this.#compile(source, expected);
    if (this.#compiled.size >= CACHE_SIZE) {
      const [oldest] = this.#compiled.keys();
      this.#compiled.delete(oldest as string);
    }
    this.#compiled.set(key, compiled);
    return compiled;
  }

  #compile(source: string, expected: ExpectedType): Expression {
    if (source.length > LONGEST) throw new ExpressionInvalid(`is longer than ${LONGEST} characters`);
    let parsed: ReturnType<Environment['parse']>;
    try {
      parsed = this.#environment.parse(source);
    } catch (error) {
      throw new ExpressionInvalid(`is no CEL: ${codeOf(error)}`);
    }
    const names = namesIn(parsed.ast);
    if (!names.ok) throw new ExpressionInvalid(names.problem);
    const checked = parsed.check();
    if (!checked.valid) throw new ExpressionInvalid(`is no valid CEL: ${codeOf(checked.error)}`);
    const type = String(checked.type);
    if (expected !== 'any' && type !== 'dyn' && type.split('<')[0] !== expected) {
      throw new ExpressionInvalid(`gives ${type}, not ${expected}`);
    }
    return {
      steps: names.steps,
      usesItem: names.usesItem,
      evaluate: ({ steps, ...context }) => {
        const named = Object.entries(steps).filter(([id]) => names.steps.has(id));
        const given = toCel({ ...context, steps: Object.fromEntries(named) }) as Record<string, unknown>;
        return fromCel(this.#bounded(() => parsed(given)));
      },
    };
  }

  #bounded(work: () => unknown): unknown {
    this.#sandbox.evaluate = work;
    try {
      return this.#run.runInContext(this.#sandbox, { timeout: TIME_LIMIT_MS });
    } catch (error) {
      const code = codeOf(error);
      throw new ExpressionFailed(code === 'ERR_SCRIPT_EXECUTION_TIMEOUT' ? 'time-limit' : code);
    } finally {
      this.#sandbox.evaluate = undefined;
    }
  }
}

/** The library's own code. Its texts are left out: some quote the value. */
function codeOf(error: unknown): string {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === 'string' ? code : 'unexpected';
}

/** JSON has one kind of number, CEL tells integers (`1`) from others (`1.0`) and does not mix them in arithmetic. */
function toCel(value: unknown): unknown {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value;
  if (Array.isArray(value)) return value.map(toCel);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, toCel(item)]));
}

function fromCel(value: unknown): unknown {
  let left = LARGEST_RESULT;
  const read = (node: unknown): unknown => {
    left -= 1;
    if (left < 0) throw new ExpressionFailed('result-too-large');
    if (node === null || typeof node === 'string' || typeof node === 'boolean') return node;
    if (typeof node === 'number' && Number.isFinite(node)) return node;
    if (typeof node === 'bigint' && Number.isSafeInteger(Number(node))) return Number(node);
    if (Array.isArray(node)) return node.map(read);
    const plain = typeof node === 'object' && Object.getPrototypeOf(node) === Object.prototype;
    if (!plain) throw new ExpressionFailed('result-type');
    return Object.fromEntries(Object.entries(node as object).map(([name, item]) => [name, read(item)]));
  };
  return read(value);
}
