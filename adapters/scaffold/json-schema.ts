import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { sampleText } from './sample-text.js';

/** A JSON Schema (2020-12) without references. */
export interface Schema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly pattern?: string;
  readonly format?: string;
  readonly minLength?: number;
  readonly minimum?: number;
  readonly minItems?: number;
  readonly examples?: readonly unknown[];
  readonly default?: unknown;
  readonly [keyword: string]: unknown;
}

/**
 * Puts what a document's references lead to in their place.
 *
 * @throws {Error} for a reference that leads into itself, or out of the document.
 */
export function inline(schema: unknown, document: unknown, within: readonly string[] = []): Schema {
  if (Array.isArray(schema)) return schema.map((each) => inline(each, document, within)) as unknown as Schema;
  if (typeof schema !== 'object' || schema === null) return schema as Schema;
  const { $ref, ...beside } = schema as { readonly $ref?: unknown };
  const own = Object.fromEntries(
    Object.entries(beside).map(([keyword, value]) => [keyword, inline(value, document, within)]),
  );
  if (typeof $ref !== 'string') return own;
  if (within.includes($ref)) throw new Error(`${$ref} leads into itself`);
  return { ...inline(at(document, $ref), document, [...within, $ref]), ...own };
}

function at(document: unknown, reference: string): unknown {
  let found = document;
  for (const step of reference.split('/').slice(1))
    found = (found as Record<string, unknown> | undefined)?.[step];
  if (!reference.startsWith('#/') || found === undefined) throw new Error(`${reference} leads nowhere`);
  return found;
}

/** Whether a value is valid by a schema. */
export function accepts(schema: Schema, value: unknown): boolean {
  const ajv = new Ajv2020({ strict: false });
  addFormats.default(ajv);
  return ajv.validate(schema, value);
}

/**
 * A value that a schema accepts: its own example where it has one.
 *
 * @returns undefined when none was found; the contract should then give an example.
 */
export function exampleOf(schema: Schema): unknown {
  const candidates = [...(schema.examples ?? []), schema.default, made(schema)];
  return candidates.find((value) => value !== undefined && accepts(schema, value));
}

function made(schema: Schema): unknown {
  if (schema.const !== undefined) return schema.const;
  if (schema.enum !== undefined) return schema.enum[0];
  switch (schema.type) {
    case 'object': {
      const required = schema.required ?? [];
      const members = Object.entries(schema.properties ?? {}).filter(([name]) => required.includes(name));
      return Object.fromEntries(members.map(([name, member]) => [name, exampleOf(member)]));
    }
    case 'array':
      return Array.from({ length: schema.minItems ?? 0 }, () => exampleOf(schema.items ?? {}));
    case 'integer':
    case 'number':
      return schema.minimum ?? 1;
    case 'boolean':
      return false;
    default:
      return textFor(schema);
  }
}

const texts = ['Shembull', 'SHEMBULL-1', '1', '2026-03-02T09:00:00Z', '2026-03-02'] as const;

function textFor(schema: Schema): string | undefined {
  const sampled = schema.pattern === undefined ? undefined : sampleText(schema.pattern);
  const long = 'x'.repeat(schema.minLength ?? 1);
  return [...texts, sampled, long].find((text) => text !== undefined && accepts(schema, text));
}

/** The same as a TypeScript type, on one line. */
export function typeOf(schema: Schema): string {
  if (schema.const !== undefined) return literal(schema.const);
  if (schema.enum !== undefined) return schema.enum.map(literal).join(' | ');
  switch (schema.type) {
    case 'object': {
      const members = Object.entries(schema.properties ?? {}).map(([name, member]) => {
        const mark = schema.required?.includes(name) ? '' : '?';
        return `readonly ${JSON.stringify(name).replace(/^"(\w+)"$/, '$1')}${mark}: ${typeOf(member)}`;
      });
      return members.length === 0 ? 'Readonly<Record<string, unknown>>' : `{ ${members.join('; ')} }`;
    }
    case 'array':
      return `readonly (${typeOf(schema.items ?? {})})[]`;
    case 'integer':
    case 'number':
      return 'number';
    case 'boolean':
      return 'boolean';
    case 'string':
      return 'string';
    default:
      return 'unknown';
  }
}

function literal(value: unknown): string {
  return typeof value === 'string' ? `'${value.replace(/[\\']/g, '\\$&')}'` : JSON.stringify(value);
}
