import type { Identifier } from '../../adapters/adapter.js';
import { parseNid } from '../../contracts/identifiers/nid.js';
import { parseNuis } from '../../contracts/identifiers/nuis.js';
import type { ServiceSettings } from '../config/config.js';
import type { FieldError } from '../errors.js';

export type CheckedSubject =
  | { readonly ok: true; readonly subject: Identifier; readonly warnings: readonly FieldError[] }
  | { readonly ok: false; readonly error: FieldError };

/** Cadastral zone, a slash, property number, for example `8270/8/638`. */
const property = /^\d{4}\/[0-9A-Za-z/+-]{1,40}$/;

/**
 * Reads the subject by its scheme. A wrong shape or date is an error; a wrong check letter only a warning,
 * because the rule for it is not officially published.
 */
export function checkSubject(
  subject: Identifier,
  service: Pick<ServiceSettings, 'subjectSchemes'>,
): CheckedSubject {
  if (!service.subjectSchemes.includes(subject.scheme)) {
    const detail = `this service takes ${service.subjectSchemes.join(' or ')}`;
    return refuse('/subject/scheme', 'scheme-not-taken', detail);
  }
  switch (subject.scheme) {
    case 'NID': {
      const nid = parseNid(subject.notation);
      if (nid.ok) return { ok: true, subject, warnings: nid.warnings.map(checkLetterWarning) };
      return nid.reason === 'nid-date'
        ? refuse('/subject/notation', nid.reason, 'characters 2 to 6 are not a day of the calendar')
        : refuse(
            '/subject/notation',
            nid.reason,
            'a NID is a letter or digit, eight digits and a letter A to W',
          );
    }
    case 'NUIS': {
      const nuis = parseNuis(subject.notation);
      if (!nuis.ok) {
        return refuse('/subject/notation', nuis.reason, 'a NUIS is J, K, L or M, eight digits and a letter');
      }
      return {
        ok: true,
        subject: { ...subject, notation: nuis.nuis },
        warnings: nuis.warnings.map(checkLetterWarning),
      };
    }
    case 'PROPERTY':
      if (property.test(subject.notation)) return { ok: true, subject, warnings: [] };
      return refuse(
        '/subject/notation',
        'property-pattern',
        'a property is zone/number, for example 8270/8/638',
      );
  }
}

function checkLetterWarning(code: string): FieldError {
  return {
    pointer: '/subject/notation',
    code,
    detail: 'the last letter is not the one that the usual rule gives; please compare with the document',
  };
}

function refuse(pointer: string, code: string, detail: string): CheckedSubject {
  return { ok: false, error: { pointer, code, detail } };
}
