interface Schema {
  /** A kind of its own, explained where it is defined. */
  readonly title?: string;
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Schema>>;
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly oneOf?: readonly Schema[];
  readonly additionalProperties?: boolean | Schema;
}

/**
 * Settings of a configuration schema as rows: dotted name, what it may be, meaning. A name in brackets may be
 * left out. Objects whose members are fixed are given by their members, those of a map under `*`; what another
 * schema defines is given by its name there.
 */
export function settingsOf(schema: Schema, prefix = '', document: Schema = schema): string[][] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, written]) => {
    if (name === '$schema') return [];
    const property = resolve(written, document);
    const optional = schema.required?.includes(name) !== true;
    const full = `${prefix}${name}`;
    const item = resolve(property.items ?? {}, document);
    if (property.type === 'array' && item.properties && !item.title) {
      return settingsOf(item, `${full}[].`, document);
    }
    const member = typeof property.additionalProperties === 'object' ? property.additionalProperties : {};
    if (member.properties) return settingsOf(member, `${full}${optional ? '?' : ''}.*.`, document);
    if (property.properties && !property.title) {
      return settingsOf(property, `${full}${optional ? '?' : ''}.`, document);
    }
    return [[`${full}${optional ? '?' : ''}`, kindOf(property, document), written.description ?? '']];
  });
}

/** Follows a reference within the document. */
function resolve(schema: Schema, document: Schema): Schema {
  const name = /^#\/\$defs\/(\w+)$/.exec(schema.$ref ?? '')?.[1];
  return name === undefined ? schema : (document.$defs?.[name] ?? {});
}

function kindOf(written: Schema, document: Schema): string {
  const schema = resolve(written, document);
  if (schema.$ref) return schema.$ref.slice(schema.$ref.lastIndexOf('/') + 1);
  if (schema.title) return schema.title;
  if (schema.oneOf) return schema.oneOf.map((each) => kindOf(each, document)).join(', or ');
  if (schema.enum) return schema.enum.join(' or ');
  if (schema.type === 'array') return `list of ${kindOf(schema.items ?? {}, document)}`;
  if (schema.type === 'integer') return `${schema.minimum} to ${schema.maximum}`;
  return schema.type === 'boolean' ? 'true or false' : schema.type === 'object' ? 'object' : 'text';
}
