import type { ValidateFunction } from 'ajv/dist/2020.js';
import type { FieldError } from '../errors.js';

/**
 * Holds a value against a compiled schema. Details name what is expected, never the value.
 *
 * @param below JSON Pointer of the value in the body, for example `/parameters`.
 */
export function fieldErrors(validate: ValidateFunction, value: unknown, below: string): FieldError[] {
  if (validate(value)) return [];
  return (validate.errors ?? []).map((error) => {
    const name = error.params.missingProperty ?? error.params.additionalProperty;
    const pointer = `${below}${error.instancePath}${name === undefined ? '' : `/${escapePointer(name)}`}`;
    return { pointer, code: error.keyword, detail: error.message ?? 'is not valid' };
  });
}

/** RFC 6901 §3 */
function escapePointer(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}
