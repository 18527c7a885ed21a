import assert from 'node:assert/strict';
import { SignatureRefused } from '../../../src/signing/refusals.js';
import { parseXml } from '../../../src/signing/xml/parse.js';

/** `taken`, or the code of the refusal. */
export function outcome(xml: string | Uint8Array): string {
  try {
    parseXml(typeof xml === 'string' ? Buffer.from(xml) : xml);
    return 'taken';
  } catch (error) {
    return error instanceof SignatureRefused ? error.code : String(error);
  }
}

/** Every one of the documents has this outcome. */
export function assertAll(
  list: readonly string[],
  expected: string,
  around: (one: string) => string = (one) => one,
): void {
  const found = Object.fromEntries(list.map((one) => [one, outcome(around(one))]));
  assert.deepEqual(found, Object.fromEntries(list.map((one) => [one, expected])));
}
