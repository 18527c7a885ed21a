import type { ValidateFunction } from 'ajv/dist/2020.js';
import type { Municipality } from '../../contracts/municipalities.js';
import type { GroupSettings, ServiceSettings } from '../config/catalogue-settings.js';
import type { Config } from '../config/config.js';
import { type FieldError, UraError } from '../errors.js';
import { fieldErrors } from './check-value.js';
import { type EffectiveService, effectiveService } from './effective-card.js';
import { createFormCompiler } from './form.js';

/** The administrative services of one configuration, national and as each municipality offers them. */
export interface Services {
  /** The national catalogue, in the order of the codes. */
  readonly national: readonly ServiceSettings[];
  readonly groups: readonly GroupSettings[];
  has(code: string): boolean;
  /**
   * One of the 61 municipalities.
   *
   * @param pointer where the code came from, for the error. Default `/query/municipality`.
   * @throws {UraError} `unknown-municipality`.
   */
  municipality(code: string, pointer?: string): Municipality;
  /**
   * Whether a municipality offers a service of the catalogue.
   *
   * @throws {UraError} `unknown-municipality`.
   */
  isOffered(municipality: string, code: string, pointer?: string): boolean;
  /**
   * A service as one municipality offers it.
   *
   * @throws {UraError} `unknown-municipality`, `unknown-service`, `service-not-offered`.
   */
  effective(municipality: string, code: string, pointer?: string): EffectiveService;
}

/** Nothing is computed before it is asked for, and nothing twice. */
export function createServices(
  config: Pick<Config, 'services' | 'groups' | 'municipalities'>,
  municipalities: readonly Municipality[],
): Services {
  const national = [...config.services].sort((left, right) => (left.code < right.code ? -1 : 1));
  const services = new Map(national.map((service) => [service.code, service]));
  const known = new Map(municipalities.map((municipality) => [municipality.code, municipality]));
  const settings = new Map(config.municipalities.map((each) => [each.municipality, each]));
  const made = new Map<string, EffectiveService>();

  const municipalityOf = (code: string, pointer = '/query/municipality'): Municipality => {
    const municipality = known.get(code);
    if (municipality) return municipality;
    throw new UraError('unknown-municipality', 'Codes are two digits, 01 to 61.', {
      errors: [{ pointer, code: 'unknown-municipality', detail: 'is the code of no municipality' }],
    });
  };
  const isOffered: Services['isOffered'] = (municipality, code, pointer) => {
    municipalityOf(municipality, pointer);
    return services.has(code) && settings.get(municipality)?.notOffered?.includes(code) !== true;
  };
  return {
    national,
    groups: config.groups,
    has: (code) => services.has(code),
    municipality: municipalityOf,
    isOffered,
    effective(municipalityCode, code, pointer) {
      const municipality = municipalityOf(municipalityCode, pointer);
      const service = services.get(code);
      if (!service) throw new UraError('unknown-service', 'GET /v1/services lists the services.');
      if (!isOffered(municipalityCode, code, pointer)) {
        throw new UraError(
          'service-not-offered',
          `The service is in the national catalogue, and ${municipality.nameSq} (${municipalityCode}) does not offer it.`,
        );
      }
      const key = `${municipalityCode} ${code}`;
      const effective =
        made.get(key) ?? effectiveService(service, municipality, settings.get(municipalityCode));
      made.set(key, effective);
      return effective;
    },
  };
}

/** Holds forms against the schema of their procedure; a schema is compiled at its first use. */
export function createFormCheck(): (
  schema: Readonly<Record<string, unknown>>,
  form: unknown,
) => FieldError[] {
  const compile = createFormCompiler();
  const compiled = new WeakMap<object, ValidateFunction>();
  return (schema, form) => {
    const validate = compiled.get(schema) ?? compile(schema);
    compiled.set(schema, validate);
    return fieldErrors(validate, form, '/form');
  };
}
