import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { QuerySettings } from '../config/catalogue-settings.js';
import type { FieldError } from '../errors.js';
import { fieldErrors } from './check-value.js';

/** A question that can be put to a registry, with its compiled parameter schema. */
export interface Query {
  readonly settings: QuerySettings;
  /** Errors of the parameters, with pointers below `/parameters`; empty when they are valid. */
  checkParameters(parameters: unknown): FieldError[];
}

/** By service code. */
export type Queries = ReadonlyMap<string, Query>;

/** Compiles every query's parameter schema once. */
export function createQueries(queries: readonly QuerySettings[]): Queries {
  const ajv = new Ajv2020({ allErrors: true, strict: true });
  addFormats.default(ajv);
  return new Map(
    queries.map((settings) => {
      const validate = ajv.compile(settings.parameters);
      return [
        settings.code,
        { settings, checkParameters: (value) => fieldErrors(validate, value, '/parameters') },
      ];
    }),
  );
}
