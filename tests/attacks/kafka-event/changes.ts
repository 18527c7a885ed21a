import type { RefusalCode } from '../../../src/signing/refusals.js';
import type { Change, Vector } from './make-event.js';

export const header = (change: Record<string, unknown>): Change => {
  return (event) => ({ header: { ...event.header, ...change } });
};
/** The header written anew, so that the rest no longer belongs to it; what is refused comes before that matters. */
export const rewritten = (change: (text: string) => string): Change => {
  return () => ({
    jwe: (jwe) => {
      const [encoded = '', ...rest] = jwe.split('.');
      const text = Buffer.from(encoded, 'base64url').toString();
      return [Buffer.from(change(text)).toString('base64url'), ...rest].join('.');
    },
  });
};
export const parts = (change: (parts: string[]) => string[]): Change => {
  return () => ({ jwe: (jwe) => change(jwe.split('.')).join('.') });
};
export const flip = (text: string) => (text.startsWith('A') ? 'B' : 'A') + text.slice(1);
export const replaced = (index: number, change: (part: string) => string) =>
  parts((list) => list.map((part, at) => (at === index ? change(part) : part)));
export const attribute = (name: string, value: string): Change => {
  return (event) => ({ headers: { ...event.headers, [name]: value } });
};
export const rows = (row: string, list: readonly (readonly [string, RefusalCode, Change])[]): Vector[] =>
  list.map(([name, code, change]) => [row, name, code, change]);
