import { isDeepStrictEqual } from 'node:util';
import type { Changes, Direction } from './change.js';
import { compareSchemas } from './compare-schemas.js';
import { below, documentRoot, isAnnotation, type Place, settle } from './schema-place.js';

type Node = Readonly<Record<string, unknown>>;

const methods = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'];
const both: readonly Direction[] = ['request', 'answer'];

/**
 * Compares two OpenAPI 3.1 documents without references to other files.
 *
 * @param directions whom each part has to suit: clients alone (`sent` is a request, `got` an answer), or the
 *   other side as well, where both sides are implemented by others.
 */
export function compareOpenApi(
  before: unknown,
  after: unknown,
  directions: { readonly sent: readonly Direction[]; readonly got: readonly Direction[] },
  changes: Changes,
): void {
  const was = documentRoot(before);
  const is = documentRoot(after);
  const compare = (from: Place, to: Place, way: readonly Direction[]): void =>
    compareSchemas(from, to, way, changes);

  for (const [key, pathBefore, pathAfter] of pairs(below(was, 'paths'), below(is, 'paths'))) {
    if (!pathBefore) changes.add(pathAfter.pointer, 'added', both, `path ${key} is new`);
    else if (!pathAfter.value) changes.add(pathAfter.pointer, 'removed', both, `path ${key} is gone`);
    else comparePath(key, settle(pathBefore), settle(pathAfter));
  }
  const [schemes, schemesNow] = [was, is].map((root) => below(root, 'components', 'securitySchemes'));
  for (const [key, scheme, schemeNow] of pairs(schemes as Place, schemesNow as Place)) {
    if (!scheme) changes.add(schemeNow.pointer, 'added', both, `security scheme ${key} is new`);
    else same(scheme, schemeNow, `security scheme ${key}`);
  }
  same(below(was, 'webhooks'), below(is, 'webhooks'), 'webhooks');

  function comparePath(path: string, from: Place, to: Place): void {
    for (const method of methods) {
      const [operation, operationNow] = [below(from, method), below(to, method)];
      const name = `operation ${method.toUpperCase()} ${path}`;
      if (!operation.value && !operationNow.value) continue;
      if (!operation.value) changes.add(operationNow.pointer, 'added', both, `${name} is new`);
      else if (!operationNow.value) changes.add(operationNow.pointer, 'removed', both, `${name} is gone`);
      else compareOperation(from, to, operation, operationNow);
    }
  }

  function compareOperation(path: Place, pathNow: Place, operation: Place, operationNow: Place): void {
    compareParameters(parametersOf(path, operation), parametersOf(pathNow, operationNow), operationNow);
    compareRequestBody(settle(below(operation, 'requestBody')), settle(below(operationNow, 'requestBody')));
    for (const [status, answer, answerNow] of pairs(
      below(operation, 'responses'),
      below(operationNow, 'responses'),
    )) {
      if (!answer) changes.add(answerNow.pointer, 'added', both, `response ${status} is new`);
      else if (!answerNow.value)
        changes.add(answerNow.pointer, 'removed', both, `response ${status} is gone`);
      else compareAnswer(settle(answer), settle(answerNow));
    }
    const security = (place: Place, root: Place): unknown => nodeOf(place).security ?? nodeOf(root).security;
    if (!isDeepStrictEqual(security(operation, was), security(operationNow, is)))
      changes.add(operationNow.pointer, 'changed', both, 'security changed');
    same(below(operation, 'callbacks'), below(operationNow, 'callbacks'), 'callbacks');
  }

  function compareParameters(
    old: ReadonlyMap<string, Place>,
    now: ReadonlyMap<string, Place>,
    operationNow: Place,
  ): void {
    const pointer = `${operationNow.pointer}/parameters`;
    for (const [name, parameter] of old) {
      const match = now.get(name);
      if (!match) {
        changes.add(pointer, 'removed', both, `parameter ${name} is gone`);
        continue;
      }
      const [was, is] = [nodeOf(parameter).required === true, nodeOf(match).required === true];
      if (was !== is) {
        const what = is ? 'is required now' : 'is optional now';
        changes.add(pointer, is ? 'narrowed' : 'widened', directions.sent, `parameter ${name} ${what}`);
      }
      for (const keyword of ['style', 'explode', 'allowReserved', 'content'])
        same(below(parameter, keyword), below(match, keyword), `parameter ${name}: ${keyword}`);
      compare(schemaAt(parameter), schemaAt(match), directions.sent);
    }
    for (const [name, parameter] of now) {
      if (old.has(name)) continue;
      const required = nodeOf(parameter).required === true;
      const what = `${required ? 'new required' : 'new optional'} parameter ${name}`;
      changes.add(pointer, required ? 'narrowed' : 'added', directions.sent, what);
    }
  }

  function compareRequestBody(from: Place, to: Place): void {
    if (!from.value && !to.value) return;
    const [was, is] = [nodeOf(from).required === true, nodeOf(to).required === true];
    if (!to.value) changes.add(to.pointer, 'removed', both, 'the request body is gone');
    if (is && !was) changes.add(to.pointer, 'narrowed', directions.sent, 'a request body is required now');
    if (was && !is) changes.add(to.pointer, 'widened', directions.sent, 'the request body is optional now');
    if (from.value && to.value) compareContent(from, to, directions.sent);
  }

  function compareAnswer(from: Place, to: Place): void {
    compareContent(from, to, directions.got);
    for (const [name, header, headerNow] of pairs(below(from, 'headers'), below(to, 'headers'))) {
      if (!header) {
        changes.add(headerNow.pointer, 'added', both, `header ${name} is new`);
      } else if (!headerNow.value) {
        changes.add(headerNow.pointer, 'removed', both, `header ${name} is gone`);
      } else {
        const [was, is] = [settle(header), settle(headerNow)];
        if (nodeOf(was).required === true && nodeOf(is).required !== true)
          changes.add(
            headerNow.pointer,
            'widened',
            directions.got,
            `header ${name} is not required any more`,
          );
        compare(schemaAt(was), schemaAt(is), directions.got);
      }
    }
  }

  function compareContent(from: Place, to: Place, way: readonly Direction[]): void {
    for (const [type, media, mediaNow] of pairs(below(from, 'content'), below(to, 'content'))) {
      if (!media) changes.add(mediaNow.pointer, 'added', both, `media type ${type} is new`);
      else if (!mediaNow.value) changes.add(mediaNow.pointer, 'removed', both, `media type ${type} is gone`);
      else compare(schemaAt(media), schemaAt(mediaNow), way);
    }
  }

  /** What is not compared in detail may not change at all, descriptions apart. */
  function same(from: Place, to: Place, what: string): void {
    if (isDeepStrictEqual(withoutAnnotations(from.value), withoutAnnotations(to.value))) return;
    changes.add(to.pointer, 'changed', both, `${what} changed`);
  }
}

function nodeOf(place: Place): Node {
  return (place.value ?? {}) as Node;
}

function schemaAt(place: Place): Place {
  const schema = below(place, 'schema');
  return schema.value === undefined ? { ...schema, value: true } : schema;
}

/** Members of two nodes by name; the later place has no value where the member is gone. */
export function pairs(
  from: Place,
  to: Place,
): readonly (readonly [name: string, from: Place | undefined, to: Place])[] {
  const names = new Set([...Object.keys(nodeOf(from)), ...Object.keys(nodeOf(to))]);
  return [...names].map((name) => {
    const old = below(from, name);
    return [name, old.value === undefined ? undefined : old, below(to, name)] as const;
  });
}

/** `<where> <name>` of each parameter; those of an operation stand before those of its path. */
function parametersOf(path: Place, operation: Place): ReadonlyMap<string, Place> {
  const found = new Map<string, Place>();
  for (const owner of [path, operation]) {
    const list = below(owner, 'parameters');
    for (const index of ((list.value ?? []) as readonly unknown[]).keys()) {
      const parameter = settle(below(list, index));
      const { in: where, name } = parameter.value as { readonly in: string; readonly name: string };
      found.set(`${where} ${where === 'header' ? name.toLowerCase() : name}`, parameter);
    }
  }
  return found;
}

function withoutAnnotations(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutAnnotations);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => !isAnnotation(name))
      .map(([name, inner]) => [name, withoutAnnotations(inner)]),
  );
}
