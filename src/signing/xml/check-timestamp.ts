import { SignatureRefused } from '../refusals.js';
import type { Expectation } from './expectation.js';
import { wsuNamespace } from './names.js';
import { elementsOf, isNamed, textOf, type XmlElement } from './tree.js';

/** Milliseconds since the epoch. */
export interface Lifetime {
  readonly createdAt: number;
  readonly expiresAt: number;
}

export const defaultMaxAgeSeconds = 300;
export const defaultFutureToleranceSeconds = 60;

/** @throws {SignatureRefused} `structure-timestamp` or `timestamp-…`. */
export function checkTimestamp(timestamp: XmlElement, expected: Expectation): Lifetime {
  const [created, expires, ...more] = elementsOf(timestamp) ?? [];
  if (
    created === undefined ||
    expires === undefined ||
    more.length > 0 ||
    !isNamed(created, wsuNamespace, 'Created') ||
    !isNamed(expires, wsuNamespace, 'Expires')
  ) {
    throw new SignatureRefused('structure-timestamp');
  }
  const createdAt = readTime(created);
  const expiresAt = readTime(expires);
  const maxAgeMs = (expected.maxAgeSeconds ?? defaultMaxAgeSeconds) * 1000;
  const toleranceMs = (expected.futureToleranceSeconds ?? defaultFutureToleranceSeconds) * 1000;
  if (expiresAt <= createdAt || expiresAt - createdAt > maxAgeMs)
    throw new SignatureRefused('timestamp-lifetime');
  if (createdAt - expected.now > toleranceMs) throw new SignatureRefused('timestamp-future');
  // No message is older than its lifetime, so this bounds the age as well.
  if (expected.now >= expiresAt) throw new SignatureRefused('timestamp-expired');
  return { createdAt, expiresAt };
}

const utc = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z$/;

/** WSS 1.1 §10: UTC, no offset, no leap seconds. Fractions beyond a millisecond are cut off. */
function readTime(element: XmlElement): number {
  const found = element.attributes.length === 0 ? utc.exec(textOf(element) ?? '') : null;
  const time =
    found === null ? Number.NaN : Date.parse(`${found[1]}.${(found[2] ?? '').padEnd(3, '0').slice(0, 3)}Z`);
  // Date.parse takes 30 February and 24:00 for other moments; the way back shows it.
  if (Number.isNaN(time) || !new Date(time).toISOString().startsWith(found?.[1] ?? '?')) {
    throw new SignatureRefused('timestamp-format', element.local);
  }
  return time;
}
