import type { RestKind } from '../../../adapters/adapter-kind.js';
import { adapterKinds } from '../../../adapters/index.js';
import type { RestDefinition } from '../../../adapters/rest/rest-definition.js';

/** Every REST registry that this program has. */
export const restKinds: readonly RestKind[] = Object.values(adapterKinds).filter(
  (kind) => kind.protocol === 'rest',
);
export const restDefinitions: readonly RestDefinition[] = restKinds.map((kind) => kind.definition());
