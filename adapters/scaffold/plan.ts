import type { Schema } from './json-schema.js';
import { accepts } from './json-schema.js';

export type Scheme = 'NID' | 'NUIS' | 'PROPERTY';

/** What a contract says, as far as an adapter is generated from it; the same for both protocols. */
export interface Plan {
  /** Of the adapter: `demo-registry`. */
  readonly name: string;
  /** At least one. */
  readonly operations: readonly PlannedOperation[];
  /** Operations of the contract that no adapter operation is made of, and why. */
  readonly leftOut: readonly { readonly operation: string; readonly why: string }[];
  /** Port of the simulator. */
  readonly port: number;
}

export interface PlannedOperation {
  /** Of the adapter: `permit`. */
  readonly name: string;
  /** File stem of the canonical schema of its answer. */
  readonly evidenceType: string;
  readonly scheme: Scheme;
  /** Code of the refusal for a subject that the registry does not know; absent where it answers about all. */
  readonly notFound?: string;
  readonly parameters: readonly Member[];
  /** Parameters that the answer repeats. */
  readonly repeated: readonly string[];
  /** Of the answer, less the subject and the message id. */
  readonly answer: readonly Member[];
}

export interface Member {
  /** In canonical JSON. */
  readonly key: string;
  readonly required: boolean;
  readonly schema: Schema;
  /** A value that the contract accepts. */
  readonly example: unknown;
}

/** The contract cannot be made an adapter of; the message says what it would need. */
export class ContractUnusable extends Error {
  override readonly name = 'ContractUnusable';
}

/** Notations that are of one scheme alone, and names that say which one is meant where a shape does not. */
const schemes: Readonly<Record<Scheme, { readonly notation: string; readonly named: RegExp }>> = {
  NID: { notation: 'I80514001R', named: /nid|person/i },
  NUIS: { notation: 'L12345678Z', named: /nuis|nipt|business|compan/i },
  PROPERTY: { notation: '8270/8/638', named: /propert|cadastr/i },
};

/**
 * Finds what names the subject: a text of the question that the answer repeats, by its name or by its shape.
 *
 * @param question its own members. @param answer the same of the answer.
 * @returns undefined when there is none: nothing could tell an answer about somebody else.
 */
export function findSubject(
  question: Readonly<Record<string, Schema>>,
  answer: Readonly<Record<string, Schema>>,
): { readonly member: string; readonly scheme: Scheme } | undefined {
  const repeated = Object.keys(question).filter(
    (name) => question[name]?.type === 'string' && question[name].enum === undefined && name in answer,
  );
  const all = Object.keys(schemes) as Scheme[];
  const fits = (member: string, scheme: Scheme) => accepts(question[member] ?? {}, schemes[scheme].notation);
  for (const member of repeated) {
    const named = all.find((scheme) => schemes[scheme].named.test(member) && fits(member, scheme));
    if (named !== undefined) return { member, scheme: named };
  }
  for (const member of repeated) {
    const [only, ...others] = all.filter((scheme) => fits(member, scheme));
    if (only !== undefined && others.length === 0) return { member, scheme: only };
  }
  return undefined;
}
