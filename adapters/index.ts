import type { Adapter, Operation } from './adapter.js';
import { civilDefinition } from './civil/definition.js';
import { createCivilAdapter } from './civil/index.js';
import type { SoapParts, SoapSettings } from './soap/soap-adapter.js';

/** One kind of registry that this program can talk to. */
export interface AdapterKind {
  /** What it promises, without building it; for checking a configuration. */
  operations(): readonly Operation[];
  create(settings: SoapSettings, parts: SoapParts): Promise<Adapter>;
}

/** Every adapter, by the name that `config/adapters/*.json` uses. A new one is added here and nowhere else. */
export const adapterKinds: Readonly<Record<string, AdapterKind>> = {
  civil: { operations: () => civilDefinition().operations, create: createCivilAdapter },
};
