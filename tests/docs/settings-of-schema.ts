interface Schema {
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
 * left out. Objects whose members are fixed are given by their members.
 */
export function settingsOf(schema: Schema, prefix = ''): string[][] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, property]) => {
    if (name === '$schema') return [];
    const optional = schema.required?.includes(name) !== true;
    const full = `${prefix}${name}`;
    if (property.type === 'array' && property.items?.properties) {
      return settingsOf(property.items, `${full}[].`);
    }
    if (property.properties) return settingsOf(property, `${full}${optional ? '?' : ''}.`);
    return [[`${full}${optional ? '?' : ''}`, kindOf(property), property.description ?? '']];
  });
}

function kindOf(schema: Schema): string {
  if (schema.oneOf) return schema.oneOf.map(kindOf).join(', or ');
  if (schema.enum) return schema.enum.join(' or ');
  if (schema.type === 'array') return `list of ${kindOf(schema.items ?? {})}`;
  if (schema.type === 'integer') return `${schema.minimum} to ${schema.maximum}`;
  return schema.type === 'boolean' ? 'true or false' : schema.type === 'object' ? 'object' : 'text';
}
