import type { Element } from './read-xml.js';

/** A JSON Schema, with XSD's own names of types and the additional keyword `sequence`. */
export type Model = Readonly<Record<string, unknown>>;

/** What an XML Schema says, in the words of JSON Schema, so that one comparison serves both. */
export interface XsdModel {
  readonly elements: Readonly<Record<string, Model>>;
  readonly types: Readonly<Record<string, Model>>;
}

export const xsdNamespace = 'http://www.w3.org/2001/XMLSchema';

/**
 * Translates the global elements and types of some schemas of one namespace. What has no translation (wildcards,
 * groups, substitution) is kept word for word, so that any difference in it counts as a change.
 */
export function toXsdModel(schemas: readonly Element[]): XsdModel {
  const elements: Record<string, Model> = {};
  const types: Record<string, Model> = {};
  for (const child of schemas.flatMap((schema) => schema.children)) {
    const name = child.attributes.name ?? '';
    if (child.name === 'element') elements[name] = contentOf(child);
    else if (child.name === 'complexType' || child.name === 'simpleType') types[name] = typeOf(child);
    else if (child.name !== 'annotation' && child.name !== 'import')
      types[`${child.name} ${name}`] = asIs(child);
  }
  return { elements, types };
}

/** What may stand in an element: its named type, or the one that stands in it. */
function contentOf(element: Element): Model {
  const { name: _, type, minOccurs: __, maxOccurs: ___, ...rest } = element.attributes;
  const inner = element.children.find(({ name }) => name === 'complexType' || name === 'simpleType');
  const content = type === undefined ? (inner ? typeOf(inner) : {}) : named(type);
  return { ...content, ...rest };
}

function named(qualified: string): Model {
  const [prefix, local = prefix] = qualified.split(':');
  // The prefixes are those of our own files, and a test holds them to it.
  return prefix === 'xs' || prefix === 'xsd' ? { type: `xs:${local}` } : { $ref: `#/types/${local}` };
}

function typeOf(type: Element): Model {
  if (type.name === 'simpleType') return restrictionOf(type);
  const members: Members = { properties: {}, required: [], sequence: [], asIs: [] };
  for (const child of type.children) addContent(child, members, true);
  const { properties, required, sequence, asIs: other } = members;
  return {
    type: 'object',
    additionalProperties: false,
    properties,
    required,
    sequence,
    ...(other.length > 0 ? { other } : {}),
  };
}

interface Members {
  readonly properties: Record<string, Model>;
  readonly required: string[];
  readonly sequence: string[];
  readonly asIs: Model[];
}

function addContent(node: Element, members: Members, required: boolean): void {
  const needed = required && node.attributes.minOccurs !== '0';
  const name = node.attributes.name ?? '';
  switch (node.name) {
    case 'annotation':
      return;
    case 'sequence':
      for (const child of node.children) addContent(child, members, needed);
      if (isRepeated(node)) members.asIs.push(asIs(node));
      return;
    case 'choice':
      // Members like others, none of which has to be there; the alternatives themselves are kept word for word.
      for (const child of node.children) addContent(child, members, false);
      members.asIs.push({ choice: alternativesOf(node), ...node.attributes });
      return;
    case 'element':
      members.properties[name] = isRepeated(node) ? listOf(node) : contentOf(node);
      members.sequence.push(name);
      if (needed) members.required.push(name);
      return;
    case 'attribute': {
      const { type = 'xs:string', use, name: _, ...rest } = node.attributes;
      members.properties[`@${name}`] = { ...named(type), ...rest };
      if (use === 'required') members.required.push(`@${name}`);
      return;
    }
    case 'simpleContent': {
      const [derivation] = node.children;
      members.properties['#text'] = named(derivation?.attributes.base ?? '');
      for (const child of derivation?.children ?? []) addContent(child, members, true);
      return;
    }
    default:
      members.asIs.push(asIs(node));
  }
}

function isRepeated({ attributes }: Element): boolean {
  return attributes.maxOccurs !== undefined && attributes.maxOccurs !== '1';
}

function listOf(element: Element): Model {
  const { minOccurs = '1', maxOccurs } = element.attributes;
  return {
    type: 'array',
    items: contentOf(element),
    minItems: Number(minOccurs),
    ...(maxOccurs === 'unbounded' ? {} : { maxItems: Number(maxOccurs) }),
  };
}

const facets: Readonly<Record<string, string>> = {
  minLength: 'minLength',
  maxLength: 'maxLength',
  minInclusive: 'minimum',
  maxInclusive: 'maximum',
  minExclusive: 'exclusiveMinimum',
  maxExclusive: 'exclusiveMaximum',
};

function restrictionOf(type: Element): Model {
  const restriction = type.children.find(({ name }) => name === 'restriction');
  if (!restriction) return asIs(type);
  const model: Record<string, unknown> = { ...named(restriction.attributes.base ?? '') };
  const values = (name: string): readonly string[] =>
    restriction.children
      .filter((child) => child.name === name)
      .map(({ attributes }) => attributes.value ?? '');
  if (values('enumeration').length > 0) model.enum = values('enumeration');
  // Several patterns of one restriction are alternatives.
  if (values('pattern').length > 0) model.pattern = values('pattern').join('|');
  for (const child of restriction.children) {
    const keyword = Object.hasOwn(facets, child.name) ? facets[child.name] : undefined;
    if (keyword) model[keyword] = Number(child.attributes.value);
    else if (!['enumeration', 'pattern', 'annotation'].includes(child.name))
      model[child.name] = child.attributes.value;
  }
  return model;
}

function alternativesOf(choice: Element): readonly string[] {
  return choice.children.map(({ name, attributes }) => `${name} ${attributes.name ?? ''}`).sort();
}

function asIs(node: Element): Model {
  return {
    [node.name]: node.attributes,
    children: node.children.filter(({ name }) => name !== 'annotation').map(asIs),
  };
}
