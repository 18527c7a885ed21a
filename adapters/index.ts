import type { RegistryKey } from '../src/signing/development-keys.js';
import type { AdapterKind } from './adapter-kind.js';
import { adisa } from './adisa/index.js';
import { business } from './business/index.js';
import { civil } from './civil/index.js';
import { municipalTax } from './municipal-tax/index.js';
import { property } from './property/index.js';
import { tax } from './tax/index.js';

/** Every adapter that this program has. A new one is added here and nowhere else. */
const kinds: readonly AdapterKind[] = [civil, property, tax, business, municipalTax, adisa];

/** The same, by the name that `config/adapters/*.json` uses. */
export const adapterKinds: Readonly<Record<string, AdapterKind>> = Object.fromEntries(
  kinds.map((kind) => [kind.name, kind]),
);

/** Development keys of all registries. */
export const registryKeys: readonly RegistryKey[] = kinds.flatMap(({ keys }) => keys);
