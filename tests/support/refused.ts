import assert from 'node:assert/strict';
import { UraRefused } from '../../src/client/index.js';

/** The refusal that a call of the client library must end in. */
export async function refusalOf(work: Promise<unknown>): Promise<UraRefused> {
  const error = await work.then(
    () => undefined,
    (caught: unknown) => caught,
  );
  assert.ok(error instanceof UraRefused, String(error));
  return error;
}
