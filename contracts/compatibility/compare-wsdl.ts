import { isDeepStrictEqual } from 'node:util';
import type { Changes, Direction } from './change.js';
import { pairs } from './compare-openapi.js';
import { compareSchemas } from './compare-schemas.js';
import { type Element, readXml } from './read-xml.js';
import { below, documentRoot, type Place } from './schema-place.js';
import { toXsdModel, type XsdModel, xsdNamespace } from './xsd-model.js';

interface Operation {
  /** Global element of the request. */
  readonly input: string;
  readonly output: string;
  readonly faults: readonly string[];
  /** wsam:Action of input, output and faults. */
  readonly actions: readonly string[];
}

interface WsdlModel extends XsdModel {
  readonly namespaces: readonly string[];
  readonly operations: Readonly<Record<string, Operation>>;
  /** Everything that decides how bytes look: SOAP version, style, SOAPAction. */
  readonly bindings: Readonly<Record<string, unknown>>;
  /** Ports by service; addresses are examples. */
  readonly services: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

const both: readonly Direction[] = ['request', 'answer'];

/**
 * Compares two sets of WSDL and XSD files that belong together.
 *
 * @param directions whom each part has to suit, as for OpenAPI; elements that are in no message, and types that
 *   only they use, have to suit everybody.
 */
export function compareWsdl(
  before: readonly Uint8Array[],
  after: readonly Uint8Array[],
  directions: { readonly sent: readonly Direction[]; readonly got: readonly Direction[] },
  changes: Changes,
): void {
  const was = documentRoot(toWsdlModel(before));
  const is = documentRoot(toWsdlModel(after));
  const [old, now] = [was.value as WsdlModel, is.value as WsdlModel];
  if (!isDeepStrictEqual(old.namespaces, now.namespaces))
    changes.add('/namespaces', 'changed', both, `${old.namespaces.join()} became ${now.namespaces.join()}`);

  for (const [name, operation, operationNow] of pairs(below(was, 'operations'), below(is, 'operations'))) {
    if (!operation) changes.add(operationNow.pointer, 'added', both, `operation ${name} is new`);
    else if (!operationNow.value)
      changes.add(operationNow.pointer, 'removed', both, `operation ${name} is gone`);
    else same(operation, operationNow, `operation ${name}`);
  }
  for (const kind of ['bindings', 'services'] as const) {
    for (const [name, part, partNow] of pairs(below(was, kind), below(is, kind))) {
      if (!part) changes.add(partNow.pointer, 'added', both, `${kind}: ${name} is new`);
      else if (!partNow.value) changes.add(partNow.pointer, 'removed', both, `${kind}: ${name} is gone`);
      else same(part, partNow, name);
    }
  }
  for (const [name, element, elementNow] of pairs(below(was, 'elements'), below(is, 'elements'))) {
    if (!element) changes.add(elementNow.pointer, 'added', both, `element ${name} is new`);
    else if (!elementNow.value) changes.add(elementNow.pointer, 'removed', both, `element ${name} is gone`);
    else compareSchemas(element, elementNow, directionsOf(old, name), changes);
  }

  function directionsOf({ operations }: WsdlModel, element: string): readonly Direction[] {
    const found = Object.values(operations).flatMap(({ input, output, faults }) => [
      ...(input === element ? directions.sent : []),
      ...(output === element || faults.includes(element) ? directions.got : []),
    ]);
    return found.length === 0 ? both : found;
  }

  /** Bindings and services may gain operations and ports; what was there stays as it was. */
  function same(from: Place, to: Place, what: string): void {
    const [a, b] = [from.value, to.value] as [Record<string, unknown>, Record<string, unknown>];
    for (const [key, value] of Object.entries(a)) {
      if (isDeepStrictEqual(value, b[key])) continue;
      const how = `${what}: ${key} ${JSON.stringify(value)} became ${JSON.stringify(b[key]) ?? '(absent)'}`;
      changes.add(`${to.pointer}/${key}`, 'changed', both, how);
    }
  }
}

function toWsdlModel(files: readonly Uint8Array[]): WsdlModel {
  const roots = files.map(readXml);
  const wsdls = roots.filter(({ name }) => name === 'definitions');
  const inline = wsdls.flatMap((wsdl) => named(wsdl, 'types').flatMap(({ children }) => children));
  const schemas = [...roots, ...inline].filter(({ namespace }) => namespace === xsdNamespace);
  const elementOf = new Map(
    wsdls.flatMap((wsdl) =>
      named(wsdl, 'message').map((message) => [
        message.attributes.name ?? '',
        message.children.map(({ attributes }) => local(attributes.element)).join(' '),
      ]),
    ),
  );
  const operations = wsdls
    .flatMap((wsdl) => named(wsdl, 'portType').flatMap((port) => named(port, 'operation')))
    .map((operation) => {
      const messages = (part: string): readonly string[] =>
        named(operation, part).map(({ attributes }) => elementOf.get(local(attributes.message)) ?? '');
      const actions = ['input', 'output', 'fault']
        .flatMap((part) => named(operation, part))
        .map(({ attributes }) => attributes.Action ?? '');
      const model: Operation = {
        input: messages('input').join(),
        output: messages('output').join(),
        faults: messages('fault'),
        actions,
      };
      return [operation.attributes.name ?? '', model] as const;
    });
  return {
    ...toXsdModel(schemas),
    namespaces: roots.map(({ attributes }) => attributes.targetNamespace ?? '').sort(),
    operations: Object.fromEntries(operations),
    bindings: Object.fromEntries(wsdls.flatMap((wsdl) => named(wsdl, 'binding')).map(bindingOf)),
    services: Object.fromEntries(
      wsdls
        .flatMap((wsdl) => named(wsdl, 'service'))
        .map((service) => [
          service.attributes.name ?? '',
          Object.fromEntries(
            named(service, 'port').map(({ attributes }) => [
              attributes.name ?? '',
              local(attributes.binding),
            ]),
          ),
        ]),
    ),
  };
}

function bindingOf(binding: Element): readonly [string, object] {
  const parts = binding.children
    .filter(({ name }) => name !== 'documentation')
    .map((part) => [
      part.name === 'operation' ? `operation ${part.attributes.name}` : part.name,
      plain(part),
    ]);
  return [binding.attributes.name ?? '', Object.fromEntries(parts)];
}

/** An element as comparable data, without documentation. */
function plain({ namespace, name, attributes, children }: Element): object {
  const rest = children.filter((child) => child.name !== 'documentation').map(plain);
  return { name: `{${namespace}}${name}`, attributes, children: rest };
}

function named(element: Element, name: string): readonly Element[] {
  return element.children.filter((child) => child.name === name);
}

function local(qualified = ''): string {
  return qualified.replace(/^.*:/, '');
}
