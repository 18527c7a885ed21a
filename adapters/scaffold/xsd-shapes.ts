import type { DomElement } from '../soap/simulator/read-xml.js';
import type { Schema } from './json-schema.js';
import { camel } from './names.js';
import { ContractUnusable } from './plan.js';

/** One element of a message, as far as mapping code is generated for it. */
export interface Shape {
  /** Local name. */
  readonly element: string;
  /** In canonical JSON. */
  readonly key: string;
  readonly required: boolean;
  readonly content:
    | { readonly kind: 'text'; readonly schema: Schema }
    | { readonly kind: 'object'; readonly members: readonly Shape[] }
    /** A wrapper around repeated elements. */
    | { readonly kind: 'list'; readonly item: Shape };
}

/** Global elements of one schema file, by local name. */
export interface ElementShapes {
  readonly namespace: string;
  /** @throws {ContractUnusable} naming what no code can be generated for. */
  shapeOf(element: string): readonly Shape[];
  has(element: string): boolean;
}

const xsdNamespace = 'http://www.w3.org/2001/XMLSchema';
const base: Readonly<Record<string, Schema>> = {
  string: { type: 'string' },
  token: { type: 'string' },
  normalizedString: { type: 'string' },
  date: { type: 'string', format: 'date' },
  dateTime: { type: 'string', format: 'date-time' },
};

/** @param root of the schema file. */
export function readShapes(root: DomElement): ElementShapes {
  const top = elementsOf(root);
  const named = (kind: string, name: string) =>
    top.find((each) => isXsd(each, kind) && each.getAttribute('name') === name);

  function shape(declaration: DomElement): Shape {
    const element = declaration.getAttribute('name');
    if (element === null)
      throw new ContractUnusable('An element is only referred to (ref), which is not read.');
    if ((declaration.getAttribute('maxOccurs') ?? '1') !== '1') {
      throw new ContractUnusable(`${element} is repeated without an element around it.`);
    }
    const required = declaration.getAttribute('minOccurs') !== '0';
    return { element, key: camel(element), required, content: contentOf(declaration, element) };
  }

  function contentOf(declaration: DomElement, element: string): Shape['content'] {
    const type = localName(declaration.getAttribute('type'));
    const complex =
      elementsOf(declaration).find((each) => isXsd(each, 'complexType')) ??
      (type === undefined ? undefined : named('complexType', type));
    if (complex === undefined) {
      const own = elementsOf(declaration).find((each) => isXsd(each, 'simpleType'));
      return { kind: 'text', schema: own ? restricted(own) : textSchema(type, element) };
    }
    const members = sequenceOf(complex, element);
    const [only] = members;
    if (only !== undefined && members.length === 1 && (only.getAttribute('maxOccurs') ?? '1') !== '1') {
      const item = { element: only.getAttribute('name') ?? '', key: '', required: true };
      const content = contentOf(only, item.element);
      if (content.kind !== 'object')
        throw new ContractUnusable(`${item.element} is repeated and holds a text.`);
      return { kind: 'list', item: { ...item, content } };
    }
    return { kind: 'object', members: members.map(shape) };
  }

  function textSchema(type: string | undefined, element: string): Schema {
    const simple = type === undefined ? undefined : named('simpleType', type);
    if (simple !== undefined) return restricted(simple);
    const known = type === undefined ? undefined : base[type];
    if (known === undefined) throw new ContractUnusable(`${element} is of a type that is not read: ${type}.`);
    return known;
  }

  function restricted(simple: DomElement): Schema {
    const restriction = elementsOf(simple).find((each) => isXsd(each, 'restriction'));
    if (restriction === undefined) throw new ContractUnusable('A simple type is no restriction.');
    const inherited = textSchema(localName(restriction.getAttribute('base')), 'A simple type');
    const facets = (name: string) =>
      elementsOf(restriction)
        .filter((each) => isXsd(each, name))
        .map((each) => each.getAttribute('value') ?? '');
    const [patterns, values] = [facets('pattern'), facets('enumeration')];
    const [least] = facets('minLength');
    const [most] = facets('maxLength');
    return {
      ...inherited,
      ...(least === undefined ? {} : { minLength: Number(least) }),
      ...(most === undefined ? {} : { maxLength: Number(most) }),
      ...(patterns.length === 0 ? {} : { pattern: `^(?:${patterns.join('|')})$` }),
      ...(values.length === 0 ? {} : { enum: values }),
    };
  }

  return {
    namespace: root.getAttribute('targetNamespace') ?? '',
    has: (element) => named('element', element) !== undefined,
    shapeOf(element) {
      const declaration = named('element', element);
      if (declaration === undefined) throw new ContractUnusable(`The schema has no element ${element}.`);
      const content = contentOf(declaration, element);
      if (content.kind !== 'object') throw new ContractUnusable(`${element} does not hold single elements.`);
      return content.members;
    },
  };
}

/** The same as JSON Schema, under the canonical names. */
export function schemaOf({ content }: Shape): Schema {
  switch (content.kind) {
    case 'text':
      return content.schema;
    case 'list':
      return { type: 'array', items: schemaOf(content.item) };
    case 'object':
      return {
        type: 'object',
        additionalProperties: false,
        required: content.members.filter(({ required }) => required).map(({ key }) => key),
        properties: Object.fromEntries(content.members.map((each) => [each.key, schemaOf(each)])),
      };
  }
}

function sequenceOf(complex: DomElement, element: string): DomElement[] {
  const inside = elementsOf(complex).filter((each) => !isXsd(each, 'annotation'));
  const [sequence, ...others] = inside;
  if (sequence === undefined) return [];
  if (!isXsd(sequence, 'sequence') || others.length > 0) {
    throw new ContractUnusable(`${element} is no sequence of elements.`);
  }
  const members = elementsOf(sequence).filter((each) => !isXsd(each, 'annotation'));
  const odd = members.find((each) => !isXsd(each, 'element'));
  if (odd !== undefined)
    throw new ContractUnusable(`${element} holds xs:${odd.localName}, which is not read.`);
  return members;
}

function isXsd(element: DomElement, name: string): boolean {
  return element.namespaceURI === xsdNamespace && element.localName === name;
}

function localName(name: string | null): string | undefined {
  return name?.split(':').at(-1);
}

/** Elements directly below; contract files hold comments too. */
export function elementsOf(parent: DomElement): DomElement[] {
  const elements: DomElement[] = [];
  for (let node = parent.firstChild; node !== null; node = node.nextSibling) {
    if (node.nodeType === node.ELEMENT_NODE) elements.push(node as DomElement);
  }
  return elements;
}
