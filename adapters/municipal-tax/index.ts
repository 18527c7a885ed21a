import type { Adapter, Exchange, Exchanged } from '../adapter.js';
import type { AdapterConnection } from '../adapter-kind.js';
import { defineAdapter } from '../define-adapter.js';
import { createRestAdapter } from '../rest/rest-adapter.js';
import { municipalityOf, municipalTaxDefinition } from './definition.js';

/** `options` of the settings: municipalities that answer by a system of their own. */
interface Options {
  readonly systems?: Readonly<Record<string, MunicipalSystem>>;
}

interface MunicipalSystem {
  readonly endpoint: string;
  /** Its address as it knows itself. */
  readonly to: string;
  /** Ids of the pinned keys that are this municipality's: none answers for another one. */
  readonly keyIds: readonly string[];
}

const optionsSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    systems: {
      type: 'object',
      propertyNames: { pattern: '^[0-9]{2}$' },
      additionalProperties: {
        type: 'object',
        additionalProperties: false,
        required: ['endpoint', 'to', 'keyIds'],
        properties: {
          endpoint: { type: 'string', pattern: '^https?://' },
          to: { type: 'string', pattern: '^https?://' },
          keyIds: { type: 'array', minItems: 1, items: { type: 'string', minLength: 1 } },
        },
      },
    },
  },
};

/**
 * Local dues of another municipality. Operation: `clearance` (parameter `municipality`). A municipality with a system
 * of its own is asked by signed REST; where there is none, its officers answer by hand.
 */
export const municipalTax = defineAdapter({
  name: 'municipal-tax',
  protocol: 'rest',
  definition: municipalTaxDefinition,
  optionsSchema,
  async create(connection, parts) {
    const definition = municipalTaxDefinition();
    const { systems = {} } = connection.options as Options;
    const opened = new Map<string, { readonly adapter: Adapter; readonly keyIds: readonly string[] }>();
    for (const [municipality, { endpoint, to, keyIds }] of Object.entries(systems)) {
      const own: AdapterConnection = { ...connection, endpoint, to };
      opened.set(municipality, { adapter: await createRestAdapter(definition, own, parts), keyIds });
    }
    const adapters = [...opened.values()].map(({ adapter }) => adapter);
    return {
      name: definition.name,
      operations: new Map(definition.operations.map((operation) => [operation.name, operation])),
      async call(exchange, signal) {
        const municipality = municipalityOf(exchange);
        const system = opened.get(municipality);
        if (system === undefined) return byHand(municipality);
        return ownAnswerOnly(
          await system.adapter.call(exchange, signal),
          municipality,
          system.keyIds,
          exchange,
        );
      },
      endpointOf(exchange) {
        const { municipality } = exchange.parameters;
        const system = typeof municipality === 'string' ? systems[municipality] : undefined;
        return system && `${municipality} ${system.endpoint}`;
      },
      // Nothing is down where people answer.
      async probe(signal) {
        const reached = await Promise.all(adapters.map((adapter) => adapter.probe(signal)));
        return reached.every((isReached) => isReached);
      },
      async close() {
        await Promise.all(adapters.map((adapter) => adapter.close()));
      },
    };
  },
  simulator: async () => (await import('./simulator/kind.js')).municipalTaxSimulator,
});

function byHand(municipality: string): Exchanged {
  return {
    outcome: { kind: 'manual', code: 'NO_SYSTEM', office: municipality },
    timings: { signMs: 0, callMs: 0, verifyMs: 0 },
  };
}

/** All municipalities are one partner to the profile, so each one's keys are told apart here. */
function ownAnswerOnly(
  exchanged: Exchanged,
  municipality: string,
  keyIds: readonly string[],
  { operation }: Exchange,
): Exchanged {
  const { answerSignedBy, outcome } = exchanged;
  if (answerSignedBy !== undefined && !keyIds.includes(answerSignedBy)) {
    return {
      ...exchanged,
      outcome: { kind: 'invalid', reason: `${operation}: signed-by-another-municipality` },
    };
  }
  if (outcome.kind !== 'answered') return exchanged;
  const { authority } = outcome.evidence as { readonly authority: string };
  return authority.endsWith(`(${municipality})`)
    ? exchanged
    : { ...exchanged, outcome: { kind: 'invalid', reason: 'other-municipality' } };
}
