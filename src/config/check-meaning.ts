import { join } from 'node:path';
import { adapterKinds } from '../../adapters/index.js';
import { fieldsOf } from '../../contracts/canonical/fields.js';
import { findPackageRoot } from '../package-root.js';
import type { Config, ServiceSettings } from './config.js';

/** What the services of a configuration mean to this program. */
export interface Meaning {
  /** File stem in `contracts/canonical/` of what a service answers. */
  evidenceTypeOf(service: string): string;
  /** Dotted names of the fields that its answer can have. */
  fieldsOf(service: string): ReadonlySet<string>;
}

/** Holds the configuration against what this program has: adapters, operations, fields of the contracts. */
export function checkMeaning(config: Config): { problems: string[]; meaning: Meaning } {
  const folder = join(findPackageRoot(), 'contracts', 'canonical');
  const problems: string[] = [];
  const types = new Map<string, string>();
  const fields = new Map<string, ReadonlySet<string>>();
  for (const { name } of config.adapters) {
    if (!Object.hasOwn(adapterKinds, name)) {
      problems.push(
        `adapters: this program has no adapter ${name} (it has ${Object.keys(adapterKinds).join(', ')})`,
      );
    }
  }
  for (const service of config.catalogue) {
    const evidenceType = evidenceTypeOf(service);
    if (evidenceType === undefined) {
      problems.push(
        `catalogue: service ${service.code}: ${service.adapter} has no operation ${service.operation}`,
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
    meaning: {
      evidenceTypeOf: (service) => types.get(service) ?? '',
      fieldsOf: (service) => fields.get(service) ?? new Set(),
    },
  };
}

function evidenceTypeOf({ adapter, operation }: ServiceSettings): string | undefined {
  if (!Object.hasOwn(adapterKinds, adapter)) return undefined;
  return adapterKinds[adapter]?.operations().find(({ name }) => name === operation)?.evidenceType;
}
