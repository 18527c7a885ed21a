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

/** WSS 1.1 §10: UTC, no offset, no leap seconds. Fractions beyond a millisecond are cut off. */
function readTime(element: XmlElement): number {
  const time = element.attributes.length === 0 ? utcOf(textOf(element) ?? '') : Number.NaN;
  if (Number.isNaN(time)) throw new SignatureRefused('timestamp-format', element.local);
  return time;
}

/**
 * `2026-11-21T23:32:40.425Z` in milliseconds since the epoch, NaN for anything else; 1 to 9 digits of a second
 * may be there. Digit by digit: an expression and Date.parse take ten times as long.
 */
function utcOf(text: string): number {
  const { length } = text;
  if (length < 20 || length > 30 || text.charCodeAt(length - 1) !== letterZ) return Number.NaN;
  if (text[4] !== '-' || text[7] !== '-' || text[10] !== 'T' || text[13] !== ':' || text[16] !== ':') {
    return Number.NaN;
  }
  let milliseconds = 0;
  if (length > 20) {
    const fraction = digits(text, 20, length - 1);
    if (length === 21 || text[19] !== '.' || Number.isNaN(fraction)) return Number.NaN;
    milliseconds = length < 24 ? fraction * 10 ** (24 - length) : Math.floor(fraction / 10 ** (length - 24));
  }
  const year = digits(text, 0, 4);
  const month = digits(text, 5, 7);
  const day = digits(text, 8, 10);
  const hour = digits(text, 11, 13);
  const minute = digits(text, 14, 16);
  const second = digits(text, 17, 19);
  if (!(hour < 24 && minute < 60 && second < 60)) return Number.NaN;
  const midnight = Date.UTC(year, month - 1, day);
  // Date.UTC takes 30 February, month 13 and the year 99 for other days; the way back shows it.
  const back = new Date(midnight);
  if (back.getUTCFullYear() !== year || back.getUTCMonth() !== month - 1 || back.getUTCDate() !== day) {
    return Number.NaN;
  }
  return midnight + ((hour * 60 + minute) * 60 + second) * 1000 + milliseconds;
}

const letterZ = 0x5a;

/** A number of decimal digits, NaN when anything else is among them. */
function digits(text: string, start: number, end: number): number {
  let value = 0;
  for (let at = start; at < end; at++) {
    const digit = text.charCodeAt(at) - 0x30;
    if (!(digit >= 0 && digit <= 9)) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
}
