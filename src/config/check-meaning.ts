import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { adapterKinds } from '../../adapters/index.js';
import { readBaseAddress } from '../../adapters/rest/base-address.js';
import { fieldsOf } from '../../contracts/canonical/fields.js';
import { findPackageRoot } from '../package-root.js';
import { directionsOf, isRestProfile, isSoapProfile } from '../signing/profiles/index.js';
import type { QuerySettings } from './catalogue-settings.js';
import type { AdapterSettings, Config } from './config.js';
import { findGrantGaps } from './find-grant-gaps.js';

/** What the services of a configuration mean to this program. */
export interface Meaning {
  /** File stem in `contracts/canonical/` of what a service answers. */
  evidenceTypeOf(service: string): string;
  /** Dotted names of the fields that its answer can have. */
  fieldsOf(service: string): ReadonlySet<string>;
}

/**
 * Holds the configuration against what this program has: adapters, operations, fields of the contracts.
 *
 * @returns `warnings` for what is allowed, and seldom meant.
 */
export function checkMeaning(config: Config): { problems: string[]; warnings: string[]; meaning: Meaning } {
  const folder = join(findPackageRoot(), 'contracts', 'canonical');
  const problems: string[] = [];
  const types = new Map<string, string>();
  const fields = new Map<string, ReadonlySet<string>>();
  for (const settings of config.adapters) problems.push(...problemsOfAdapter(settings));
  for (const service of config.queries) {
    const evidenceType = evidenceTypeOf(service);
    if (evidenceType === undefined) {
      problems.push(
        `queries: service ${service.code}: ${service.adapter} has no operation ${service.operation}`,
      );
      continue;
    }
    types.set(service.code, evidenceType);
    fields.set(service.code, fieldsOf(folder, evidenceType));
  }
  for (const grant of config.policies.flatMap((policy) => policy.grants)) {
    for (const field of grant.fields) {
      if (fields.get(grant.service)?.has(field) === false) {
        problems.push(`policies: grant ${grant.id}: the answer of ${grant.service} has no field ${field}`);
      }
    }
  }
  return {
    problems,
    warnings: findGrantGaps(config),
    meaning: {
      evidenceTypeOf: (service) => types.get(service) ?? '',
      fieldsOf: (service) => fields.get(service) ?? new Set(),
    },
  };
}

/** What the schema of the settings cannot know: it is the same for every adapter. */
function problemsOfAdapter(settings: AdapterSettings): string[] {
  const { name, profile, endpoint, furtherEndpoints = [], to, retry, options = {} } = settings;
  const kind = Object.hasOwn(adapterKinds, name) ? adapterKinds[name] : undefined;
  if (kind === undefined) {
    return [`adapters: this program has no adapter ${name} (it has ${Object.keys(adapterKinds).join(', ')})`];
  }
  const { question, answer } = directionsOf(profile as Parameters<typeof directionsOf>[0]);
  const fits = kind.protocol === 'soap' ? isSoapProfile : isRestProfile;
  return [
    ...[...new Set([question.profile, answer.profile])]
      .filter((each) => !fits(each))
      .map((each) => `adapters: ${name}: ${each} is no profile for ${kind.protocol.toUpperCase()}`),
    ...(kind.protocol === 'rest' && question.profile !== answer.profile
      ? [`adapters: ${name}: a REST registry answers by the profile that it is asked by`]
      : []),
    ...(kind.protocol === 'rest'
      ? [
          ...[endpoint, ...furtherEndpoints].flatMap((each, nth) =>
            readBaseAddress(each)
              ? []
              : [
                  `adapters: ${name}: ${nth === 0 ? 'endpoint' : `furtherEndpoints ${nth}`} ${baseAddressRule}`,
                ],
          ),
          ...(readBaseAddress(to) ? [] : [`adapters: ${name}: to ${baseAddressRule}`]),
        ]
      : []),
    ...(furtherEndpoints.includes(endpoint) ? [`adapters: ${name}: furtherEndpoints repeats endpoint`] : []),
    ...Object.keys(retry.operations ?? {})
      .filter((operation) => !kind.operations().some((each) => each.name === operation))
      .map((operation) => `adapters: ${name}: retry: there is no operation ${operation}`),
    ...problemsOfOptions(name, kind.optionsSchema ?? noOptions, options),
  ];
}

const baseAddressRule =
  'has to be an http(s) address without query: paths are put below it, and the result is signed';

const noOptions = { type: 'object', additionalProperties: false };

function problemsOfOptions(name: string, schema: object, options: unknown): string[] {
  const validate = new Ajv2020({ allErrors: true, strict: true, validateSchema: false }).compile(schema);
  if (validate(options)) return [];
  return (validate.errors ?? []).map((error) => {
    const extra = error.keyword === 'additionalProperties' ? ` (${error.params.additionalProperty})` : '';
    return `adapters: ${name}: options${error.instancePath} ${error.message}${extra}`;
  });
}

function evidenceTypeOf({ adapter, operation }: QuerySettings): string | undefined {
  if (!Object.hasOwn(adapterKinds, adapter)) return undefined;
  return adapterKinds[adapter]?.operations().find(({ name }) => name === operation)?.evidenceType;
}
