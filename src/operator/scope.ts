/** Which requests somebody may see and act on: those that fit both lists. */
export interface Scope {
  /** Names of adapters. */
  readonly registries: 'all' | readonly string[];
  /** Codes of the municipalities, or of the institutions, whose clients asked. */
  readonly municipalities: 'all' | readonly string[];
}

/** What a scope is held against. */
export interface Scoped {
  readonly adapter: string;
  readonly municipality: string;
}

export function inScope({ registries, municipalities }: Scope, { adapter, municipality }: Scoped): boolean {
  return includes(registries, adapter) && includes(municipalities, municipality);
}

/** Whether a scope leaves nothing out, for what belongs to no registry and to no municipality. */
export function isUnlimited({ registries, municipalities }: Scope): boolean {
  return registries === 'all' && municipalities === 'all';
}

function includes(list: 'all' | readonly string[], name: string): boolean {
  return list === 'all' || list.includes(name);
}
