import { readFile } from 'node:fs/promises';
import type { Acted, Attempt } from './run-file.js';

/** What a client holds in hand: the word of the gateway, or of a broker, that it took a submission. */
export interface AcceptedSubmission {
  readonly client: string;
  readonly kind: Attempt['kind'];
  readonly idempotencyKey: string;
  readonly caseId: string;
  readonly bodySha256: string;
  /** Every id that the gateway named for it; more than one is one too many. None for what a broker confirmed. */
  readonly ids: readonly string[];
}

/** One execution as a registry itself wrote it down. */
export interface Execution {
  readonly registry: string;
  readonly messageId: string;
  /** Given again to a question that came again; nothing was executed. */
  readonly repeated: boolean;
}

/** Submissions that were accepted, out of all attempts of all clients. */
export async function readAccepted(files: readonly string[]): Promise<AcceptedSubmission[]> {
  const byKey = new Map<string, AcceptedSubmission>();
  for (const file of files) {
    for (const attempt of (await readLines(file)) as Attempt[]) {
      if (attempt.id === undefined && !attempt.delivered) continue;
      const { client, kind, idempotencyKey, caseId, bodySha256, id } = attempt;
      const name = `${client} ${idempotencyKey}`;
      const earlier = byKey.get(name);
      const ids = new Set([...(earlier?.ids ?? []), ...(id === undefined ? [] : [id])]);
      byKey.set(name, { client, kind, idempotencyKey, caseId, bodySha256, ids: [...ids] });
    }
  }
  return [...byKey.values()];
}

/** Actions that a gateway said were done. */
export async function readActed(files: readonly string[]): Promise<Acted[]> {
  return (await Promise.all(files.map(readLines))).flat() as Acted[];
}

/** A registry writes a line for each execution, and one for each repeated question that got its stored answer. */
export async function readExecutions(registry: string, file: string): Promise<Execution[]> {
  const lines = (await readLines(file)) as { readonly messageId: string; readonly event: string }[];
  return lines.map(({ messageId, event }) => ({ registry, messageId, repeated: event === 'repeated' }));
}

/** @throws {Error} naming a line that is no JSON; a last one that is cut off was never finished. */
async function readLines(file: string): Promise<unknown[]> {
  const text = await readFile(file, 'utf8');
  return text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .slice(0, -1)
    .map((line, index) => {
      try {
        return JSON.parse(line) as unknown;
      } catch {
        throw new Error(`${file}, line ${index + 1} is not JSON`);
      }
    });
}
