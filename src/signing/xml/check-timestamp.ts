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

const utc = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?Z$/;

/** WSS 1.1 §10: UTC, no offset, no leap seconds. Fractions beyond a millisecond are cut off. */
function readTime(element: XmlElement): number {
  const found = element.attributes.length === 0 ? utc.exec(textOf(element) ?? '') : null;
  if (found === null) throw new SignatureRefused('timestamp-format', element.local);
  const [year, month, day, hour, minute, second] = found.slice(1, 7).map(Number) as [
    ...[number, number, number, number, number, number],
  ];
  const milliseconds = Number((found[7] ?? '').padEnd(3, '0').slice(0, 3));
  const time = new Date(0);
  time.setUTCFullYear(year, month - 1, day);
  // 30 February and month 13 are other days to Date; the way back shows it.
  const exists = time.getUTCMonth() === month - 1 && time.getUTCDate() === day;
  if (!exists || hour > 23 || minute > 59 || second > 59) {
    throw new SignatureRefused('timestamp-format', element.local);
  }
  return time.setUTCHours(hour, minute, second, milliseconds);
}
