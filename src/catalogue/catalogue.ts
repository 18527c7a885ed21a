import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { ServiceSettings } from '../config/config.js';
import type { FieldError } from '../errors.js';

/** A service that can be asked, with its compiled parameter schema. */
export interface Service {
  readonly settings: ServiceSettings;
  /** Errors of the parameters, with pointers below `/parameters`; empty when they are valid. */
  checkParameters(parameters: unknown): FieldError[];
}

export type Catalogue = ReadonlyMap<string, Service>;

/** Compiles every service's parameter schema once. */
export function createCatalogue(services: readonly ServiceSettings[]): Catalogue {
  const ajv = new Ajv2020({ allErrors: true, strict: true });
  addFormats.default(ajv);
  return new Map(
    services.map((settings) => {
      const validate = ajv.compile(settings.parameters);
      return [settings.code, { settings, checkParameters: (value) => fieldErrors(validate, value) }];
    }),
  );
}

function fieldErrors(validate: ValidateFunction, value: unknown): FieldError[] {
  if (validate(value)) return [];
  return (validate.errors ?? []).map((error) => {
    const name = error.params.missingProperty ?? error.params.additionalProperty;
    const pointer = `/parameters${error.instancePath}${name === undefined ? '' : `/${escapePointer(name)}`}`;
    return { pointer, code: error.keyword, detail: error.message ?? 'is not valid' };
  });
}

/** RFC 6901 §3 */
function escapePointer(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}
