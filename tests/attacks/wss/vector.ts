import type { RefusalCode } from '../../../src/signing/refusals.js';
import type { Expectation } from '../../../src/signing/xml/expectation.js';
import type { World } from './world.js';

/** What the attacker sends, and where the receiver differs from the usual one. */
export interface Attack {
  readonly message: string | Uint8Array;
  readonly expected?: Partial<Expectation>;
  /** The receiver waits for a question and not for an answer: it expects no RelatesTo. */
  readonly isRequest?: true;
}

/** One line of the table: a message that must be refused, with exactly this code. */
export interface Vector {
  readonly row: string;
  readonly name: string;
  readonly code: RefusalCode;
  readonly make: (world: World) => Attack | Promise<Attack>;
}

/** Shorthand for a row of vectors that change the valid message as text. */
export type TextChange = readonly [
  name: string,
  code: RefusalCode,
  change: (text: string, world: World) => string,
];

/** Vectors out of text changes; a change that changes nothing is a mistake in the test and throws. */
export function textVectors(row: string, changes: readonly TextChange[]): Vector[] {
  return changes.map(([name, code, change]) => ({
    row,
    name,
    code,
    make: (world) => {
      const message = change(world.valid, world);
      if (message === world.valid) throw new Error(`The vector ${name} does not change the message.`);
      return { message };
    },
  }));
}

/** Replaces the first occurrence; throws when there is none, so that no vector silently tests nothing. */
export function swap(text: string, from: string | RegExp, to: string): string {
  const changed = text.replace(from, () => to);
  if (changed === text) throw new Error(`Nothing to replace: ${String(from)}`);
  return changed;
}
