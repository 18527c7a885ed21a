import { type InnerList, isInnerList, parseDictionary } from 'structured-headers';
import { SignatureRefused } from '../refusals.js';
import type { SignatureAlgorithm } from '../signer.js';
import { onlyLine, type RawHeaders } from './field-lines.js';

/** Label of the one signature that a message of this profile carries. */
export const label = 'ura';

/** What one signature says about itself. Nothing here is trusted before the value verified. */
export interface ReadSignature {
  /** Component identifiers with their parameters, in the sender's order: `"@method"`. */
  readonly covered: readonly string[];
  /** Inner list with parameters, as signed. */
  readonly parameters: string;
  /** Seconds since the epoch. */
  readonly created: number;
  /** Seconds since the epoch. */
  readonly expires: number | undefined;
  readonly keyId: string;
  readonly nonce: string | undefined;
  readonly value: Buffer;
  /** Structured form of the value, `:<base64>:`, as an answer's `"signature";req` line carries it. */
  readonly structuredValue: string;
  readonly algorithm: string | undefined;
}

/** Which parameters stand beside `created`, `keyid` and `tag`. */
export interface ParameterRule {
  readonly expires: 'required' | 'refused';
  readonly nonce: 'required' | 'refused';
}

/** Only what RFC 8941 strings hold without an escape, so that writing them back is plain concatenation. */
const keyIdShape = /^[\x20\x21\x23-\x5b\x5d-\x7e]{1,256}$/;
const nonceShape = /^[A-Za-z0-9._~+/=-]{16,128}$/;
const structuredBytes = /^:([A-Za-z0-9+/]+={0,2}):$/;

/**
 * Reads the one signature of a message. The two fields must be canonical structured fields (RFC 8941 §4.1): a
 * parser silently keeps the last of two equal keys, so anything that does not write back to the same text is
 * refused.
 *
 * @throws {SignatureRefused}
 */
export function readSignature(headers: RawHeaders, rule: ParameterRule): ReadSignature {
  const input = onlyLine(headers, 'signature-input');
  const signature = onlyLine(headers, 'signature');
  if (input === undefined || signature === undefined) throw new SignatureRefused('signature-missing');
  const [items, parameters] = readOnlyMember(input);
  const structuredValue = readValue(signature);
  const covered: string[] = [];
  for (const [name, itemParameters] of items) {
    if (typeof name !== 'string') throw new SignatureRefused('signature-malformed', 'component');
    let identifier = `"${name}"`;
    for (const [key, value] of itemParameters) {
      if (value !== true && typeof value !== 'string') throw new SignatureRefused('component-not-allowed');
      identifier += value === true ? `;${key}` : `;${key}="${value}"`;
    }
    if (covered.includes(identifier)) throw new SignatureRefused('component-repeated');
    covered.push(identifier);
  }
  let written = `(${covered.join(' ')})`;
  for (const [key, value] of parameters) {
    requireParameter(key, value, rule);
    written += typeof value === 'number' ? `;${key}=${value}` : `;${key}="${value}"`;
  }
  if (input !== `${label}=${written}`) throw new SignatureRefused('signature-malformed', 'not canonical');
  for (const key of ['created', 'expires', 'keyid', 'nonce', 'tag'] as const) {
    const required = key === 'expires' || key === 'nonce' ? rule[key] === 'required' : true;
    if (required && !parameters.has(key)) throw new SignatureRefused('parameter-missing', key);
  }
  return {
    covered,
    parameters: written,
    created: parameters.get('created') as number,
    expires: parameters.get('expires') as number | undefined,
    keyId: parameters.get('keyid') as string,
    nonce: parameters.get('nonce') as string | undefined,
    algorithm: parameters.get('alg') as string | undefined,
    value: Buffer.from(structuredValue.slice(1, -1), 'base64'),
    structuredValue,
  };
}

function requireParameter(key: string, value: unknown, rule: ParameterRule): void {
  switch (key) {
    case 'created':
    case 'expires':
      if (key === 'expires' && rule.expires === 'refused') break;
      if (typeof value === 'number' && Number.isSafeInteger(value) && value > 0) return;
      throw new SignatureRefused('parameter-malformed', key);
    case 'keyid':
      if (typeof value === 'string' && keyIdShape.test(value)) return;
      throw new SignatureRefused('parameter-malformed', key);
    case 'nonce':
      if (rule.nonce === 'refused') break;
      if (typeof value === 'string' && nonceShape.test(value)) return;
      throw new SignatureRefused('parameter-malformed', key);
    case 'alg':
      if (typeof value === 'string' && isAllowed(value)) return;
      throw new SignatureRefused('algorithm-not-allowed');
    case 'tag':
      if (value === label) return;
      throw new SignatureRefused('tag-wrong');
  }
  throw new SignatureRefused('parameter-not-allowed');
}

/** The profile's allow-list. Whatever else a key is pinned for, it signs no HTTP message. */
export function isAllowed(algorithm: string): algorithm is SignatureAlgorithm {
  return (
    algorithm === 'ecdsa-p256-sha256' ||
    algorithm === 'ed25519' ||
    algorithm === 'rsa-pss-sha512' ||
    algorithm === 'rsa-v1_5-sha256'
  );
}

function readOnlyMember(input: string): InnerList {
  const members = parse(input);
  if (members.size > 1) throw new SignatureRefused('signature-several');
  const member = members.get(label);
  if (member === undefined) throw new SignatureRefused('signature-label');
  if (!isInnerList(member)) throw new SignatureRefused('signature-malformed', 'Signature-Input');
  return member;
}

function readValue(signature: string): string {
  // The template first; the parser is only asked what exactly is wrong with something else.
  if (signature.startsWith(`${label}=`)) {
    const structured = signature.slice(label.length + 1);
    const base64 = structuredBytes.exec(structured)?.[1];
    // Base64 has several spellings of the same bytes; only the canonical one is taken.
    if (base64 !== undefined && Buffer.from(base64, 'base64').toString('base64') === base64)
      return structured;
  }
  const members = parse(signature);
  if (members.size > 1) throw new SignatureRefused('signature-several');
  if (members.size === 1 && !members.has(label)) throw new SignatureRefused('signature-label');
  throw new SignatureRefused('signature-malformed', 'Signature');
}

function parse(field: string): ReturnType<typeof parseDictionary> {
  try {
    return parseDictionary(field);
  } catch {
    throw new SignatureRefused('signature-malformed');
  }
}
