import type { RestKind } from '../../../adapters/adapter-kind.js';
import { adisaDefinition } from '../../../adapters/adisa/definition.js';
import { adisa } from '../../../adapters/adisa/index.js';
import { businessDefinition } from '../../../adapters/business/definition.js';
import { business } from '../../../adapters/business/index.js';
import { municipalTaxDefinition } from '../../../adapters/municipal-tax/definition.js';
import { municipalTax } from '../../../adapters/municipal-tax/index.js';
import type { RestDefinition } from '../../../adapters/rest/rest-definition.js';
import { taxDefinition } from '../../../adapters/tax/definition.js';
import { tax } from '../../../adapters/tax/index.js';

/** Every REST registry that this program has. */
export const restDefinitions: readonly RestDefinition[] = [
  taxDefinition(),
  businessDefinition(),
  municipalTaxDefinition(),
  adisaDefinition(),
];
export const restKinds: readonly RestKind[] = [tax, business, municipalTax, adisa];
