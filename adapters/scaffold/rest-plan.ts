import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { readRestContract } from '../rest/openapi-contract.js';
import { wellKnown } from '../rest/rest-definition.js';
import { exampleOf, inline, type Schema } from './json-schema.js';
import { kebab } from './names.js';
import { ContractUnusable, findSubject, type Member, type Plan, type PlannedOperation } from './plan.js';

/** What a REST adapter is generated from. */
export interface RestPlan extends Plan {
  readonly operations: readonly RestPlannedOperation[];
  /** Every code that the document refuses with, and its status. */
  readonly refusals: Readonly<Record<string, number>>;
}

export interface RestPlannedOperation extends PlannedOperation {
  readonly operationId: string;
  /** Member of question and answer that holds the subject's notation. */
  readonly subjectMember: string;
  /** Type of the question's own members, for `messages.ts`. */
  readonly questionSchema: Schema;
  readonly answerSchema: Schema;
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, DocumentOperation>>>>;
}

interface DocumentOperation {
  readonly operationId: string;
  readonly requestBody: { readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly content?: Content }>>;
}

type Content = Readonly<Record<string, { readonly schema?: unknown }>>;

/** Members that the machinery adds to every question. */
const added = ['messageId', 'context'];

/**
 * Reads an OpenAPI document as `adapters/rest/` understands it.
 *
 * @throws {ContractUnusable} saying what the document would need.
 */
export function planRest(name: string, path: string, port: number): RestPlan {
  try {
    readRestContract(path);
  } catch (error) {
    throw new ContractUnusable(`The document cannot be used: ${(error as Error).message}.`);
  }
  const document = parse(readFileSync(path, 'utf8')) as Document;
  const all = Object.values(document.paths).flatMap((methods) => Object.values(methods));
  const { statusOperation, executionOperation } = wellKnown;
  const asked = all.filter(
    ({ operationId }) => operationId !== statusOperation && operationId !== executionOperation,
  );
  const operations: RestPlannedOperation[] = [];
  const leftOut: { operation: string; why: string }[] = [];
  for (const one of asked) {
    try {
      operations.push(planOperation(name, one, document));
    } catch (error) {
      if (!(error instanceof ContractUnusable)) throw error;
      leftOut.push({ operation: one.operationId, why: error.message });
    }
  }
  if (operations.length === 0) {
    const reasons = leftOut.map(({ operation, why }) => `${operation}: ${why}`).join(' ');
    throw new ContractUnusable(`No operation of the document can be made one of the adapter. ${reasons}`);
  }
  const hasLate = all.some(({ operationId }) => operationId === statusOperation);
  if (hasLate && !operations.some(({ operationId }) => mayBeLate(asked, operationId))) {
    throw new ContractUnusable(
      `The document has ${statusOperation}, and no operation of the adapter would come late.`,
    );
  }
  const refusals = Object.assign({}, ...all.map((one) => refusalsOf(one, document))) as Record<
    string,
    number
  >;
  for (const [code, status] of alwaysRefused) {
    if (refusals[code] !== status) {
      throw new ContractUnusable(`The document declares no problem ${code} with status ${status}.`);
    }
  }
  return { name, operations, leftOut, port, refusals };
}

function planOperation(adapter: string, one: DocumentOperation, document: Document): RestPlannedOperation {
  const { operationId, requestBody, responses } = one;
  const question = inline(requestBody.content['application/json']?.schema, document);
  const answer = inline(responses['200']?.content?.['application/json']?.schema, document);
  const members = (schema: Schema) =>
    Object.fromEntries(Object.entries(schema.properties ?? {}).filter(([member]) => !added.includes(member)));
  const ownQuestion = members(question);
  const ownAnswer = members(answer);
  if (!('messageId' in (answer.properties ?? {}))) {
    throw new ContractUnusable('Its answer does not repeat messageId.');
  }
  if (!/^[A-Za-z]\w*$/.test(operationId)) throw new ContractUnusable('Its operationId is no plain name.');
  const subject = findSubject(ownQuestion, ownAnswer);
  if (subject === undefined) {
    throw new ContractUnusable(
      'Its question has no text that names the subject and that its answer repeats under the same name, such as nid.',
    );
  }
  const { member: subjectMember, scheme } = subject;
  const whole = exampleOf(answer);
  const rest = (own: Readonly<Record<string, Schema>>, of: Schema, example?: unknown): Member[] =>
    Object.entries(own)
      .filter(([member]) => member !== subjectMember)
      .map(([key, schema]) => ({
        key,
        required: of.required?.includes(key) === true,
        schema,
        example: (example as Record<string, unknown> | undefined)?.[key] ?? exampleOf(schema),
      }));
  const parameters = rest(ownQuestion, question);
  const answered = rest(ownAnswer, answer, whole);
  for (const { key, required, example } of [...parameters, ...answered]) {
    if (required && example === undefined) throw new ContractUnusable(`Its member ${key} needs an example.`);
  }
  if (whole === undefined) {
    throw new ContractUnusable(
      'No answer could be made that its schema accepts: give the schema an example.',
    );
  }
  const operation = kebab(operationId);
  const notFound = notFoundIn(refusalsOf(one, document));
  return {
    name: operation,
    evidenceType: `${adapter}-${operation}`,
    operationId,
    subjectMember,
    scheme,
    ...(notFound === undefined ? {} : { notFound }),
    parameters,
    repeated: parameters.map(({ key }) => key).filter((key) => key in ownAnswer),
    answer: answered.filter(({ key, required }) => required || key in (whole as object)),
    questionSchema: only(question, ownQuestion),
    answerSchema: only(answer, ownAnswer),
  };
}

/** A schema's own members alone; what ties them together stays. */
function only(schema: Schema, properties: Readonly<Record<string, Schema>>): Schema {
  const required = (schema.required ?? []).filter((name) => name in properties);
  return { ...schema, properties, required };
}

/** Codes of the problems that an operation declares, by their constants. */
function refusalsOf({ responses }: DocumentOperation, document: Document): Record<string, number> {
  const codes: Record<string, number> = {};
  for (const [status, { content }] of Object.entries(responses)) {
    const schema = inline(content?.['application/problem+json']?.schema ?? {}, document);
    const { const: only, enum: several } = schema.properties?.code ?? {};
    for (const code of several ?? [only]) {
      if (typeof code === 'string') codes[code] = Number(status);
    }
  }
  return codes;
}

const alwaysRefused = [
  [wellKnown.busy, 503],
  ['BAD_REQUEST', 400],
] as const;

/** Of the refusals that are the operation's own, the one that says that there is nobody of this number. */
function notFoundIn(refusals: Readonly<Record<string, number>>): string | undefined {
  const known: readonly string[] = [...alwaysRefused.map(([code]) => code), wellKnown.ticketUnknown];
  const others = Object.entries(refusals).filter(([code, status]) => status < 500 && !known.includes(code));
  return (others.find(([, status]) => status === 404) ?? others[0])?.[0];
}

function mayBeLate(all: readonly DocumentOperation[], operationId: string): boolean {
  return all.some((each) => each.operationId === operationId && '202' in each.responses);
}
