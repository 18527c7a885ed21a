import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { Language } from './language.js';

type Schema = Readonly<Record<string, unknown>>;

/** Keywords that hold a schema, a list of schemas, or schemas by name (JSON Schema 2020-12, §10 and §8.2.4). */
const one = ['items', 'additionalProperties', 'contains', 'propertyNames', 'not', 'if', 'then', 'else'];
const many = ['allOf', 'anyOf', 'oneOf', 'prefixItems'];
const named = ['properties', 'patternProperties', 'dependentSchemas', '$defs'];

/** What people read in a form: English in the keyword of JSON Schema, Albanian beside it. */
const texts = { title: 'x-title-sq', description: 'x-description-sq' } as const;

/**
 * Compiles the schema of a form; one that it has seen before costs nothing.
 *
 * @throws {Error} when it is no JSON Schema, or has a keyword that would be ignored.
 */
export type CompileForm = (form: Schema) => ValidateFunction;

/** Made once for many forms: each new one would compile the meta-schema first, which takes longer than a form. */
export function createFormCompiler(): CompileForm {
  const ajv = new Ajv2020({
    allErrors: true,
    strict: true,
    // A form may require under a condition what it describes elsewhere.
    strictRequired: false,
    strictTypes: false,
    keywords: Object.values(texts),
  });
  addFormats.default(ajv);
  const compiled = new Map<string, ValidateFunction>();
  return (form) => {
    const text = JSON.stringify(form);
    const validate = compiled.get(text) ?? ajv.compile(form);
    compiled.set(text, validate);
    return validate;
  };
}

/** What keeps a form from being drawn in both languages; empty when all is there. */
export function formProblems(form: Schema, compile: CompileForm): string[] {
  // A changed form of the same name would be taken for the one that was compiled before.
  if ('$id' in form) return ['it has $id, and needs no name'];
  try {
    compile(form);
  } catch (error) {
    return [(error as Error).message];
  }
  return [
    ...(form.type === 'object' ? [] : ['its type is not object']),
    ...(form.additionalProperties === false ? [] : ['additionalProperties is not false']),
    ...titlesMissing(form, ''),
  ];
}

/** The form with its texts in one language, in the keywords that every JSON Schema form generator reads. */
export function formIn(form: Schema, language: Language): Schema {
  return mapSchema(form, (node) => {
    const entries = Object.entries(node).filter(
      ([keyword]) => !Object.values<string>(texts).includes(keyword),
    );
    const inLanguage = entries.map(([keyword, value]) =>
      isText(keyword) && language === 'sq' ? [keyword, node[texts[keyword]] ?? value] : [keyword, value],
    );
    return Object.fromEntries(inLanguage) as Schema;
  });
}

function isText(keyword: string): keyword is keyof typeof texts {
  return Object.hasOwn(texts, keyword);
}

/** Every field that is drawn needs a title; every text needs its Albanian. */
function titlesMissing(schema: Schema, path: string): string[] {
  const problems: string[] = [];
  for (const [english, albanian] of Object.entries(texts)) {
    if ((schema[english] === undefined) !== (schema[albanian] === undefined)) {
      problems.push(`${path || 'the form'} has ${english} or ${albanian}, but not both`);
    }
  }
  for (const [keyword, below, child] of childrenOf(schema)) {
    const place = `${path}/${below}`;
    if (keyword === 'properties' && isField(path) && child.title === undefined) {
      problems.push(`${place} has no title`);
    }
    problems.push(...titlesMissing(child, place));
  }
  return problems;
}

/** Conditions (`if`, `allOf` and the like) repeat fields to restrict them, without drawing them again. */
function isField(path: string): boolean {
  return !/\/(?:if|then|else|not|allOf|anyOf|oneOf|contains|dependentSchemas)(?:\/|$)/.test(path);
}

function mapSchema(schema: Schema, change: (node: Schema) => Schema): Schema {
  const result: Record<string, unknown> = { ...change(schema) };
  for (const [keyword, value] of Object.entries(result)) {
    if (one.includes(keyword) && isSchema(value)) result[keyword] = mapSchema(value, change);
    if (many.includes(keyword) && Array.isArray(value)) {
      result[keyword] = value.map((item) => (isSchema(item) ? mapSchema(item, change) : item));
    }
    if (named.includes(keyword) && isSchema(value)) {
      result[keyword] = Object.fromEntries(
        Object.entries(value).map(([name, item]) => [name, isSchema(item) ? mapSchema(item, change) : item]),
      );
    }
  }
  return result;
}

function* childrenOf(schema: Schema): Generator<[keyword: string, below: string, child: Schema]> {
  for (const [keyword, value] of Object.entries(schema)) {
    if (one.includes(keyword) && isSchema(value)) yield [keyword, keyword, value];
    const inside = many.includes(keyword) || named.includes(keyword);
    if (!inside || typeof value !== 'object' || value === null) continue;
    for (const [name, item] of Object.entries(value)) {
      if (isSchema(item)) yield [keyword, `${keyword}/${name}`, item];
    }
  }
}

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
