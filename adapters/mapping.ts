import type { Exchange } from './adapter.js';
import type { SoapObject } from './soap/soap-encoding.js';
import { UnmappableRequest } from './unmappable-request.js';

/** Mapping that many registries have alike. */

/**
 * The subject's notation, where the registry takes one scheme alone; the shapes of the schemes overlap.
 *
 * @throws {UnmappableRequest} when the subject is of another scheme.
 */
export function notationOf({ subject }: Exchange, scheme: Exchange['subject']['scheme']): string {
  if (subject.scheme !== scheme) throw new UnmappableRequest('/subject/scheme');
  return subject.notation;
}

/**
 * The parameters that the registry's contract names; their values are judged by its schema before anything is sent.
 *
 * @throws {UnmappableRequest} when there is another one: dropping it would ask for something else.
 */
export function parametersOf<Name extends string>(
  { parameters }: Exchange,
  names: readonly Name[],
): Partial<Record<Name, unknown>> {
  const surplus = Object.keys(parameters).find((name) => !names.includes(name as Name));
  if (surplus !== undefined) throw new UnmappableRequest(`/parameters/${surplus}`);
  return parameters as Partial<Record<Name, unknown>>;
}

/**
 * A parameter that is a text; undefined when it is absent.
 *
 * @throws {UnmappableRequest} when it is something else.
 */
export function textParameter({ parameters }: Exchange, name: string): string | undefined {
  const value = parameters[name];
  if (value !== undefined && typeof value !== 'string') throw new UnmappableRequest(`/parameters/${name}`);
  return value;
}

/** Why is asked, and who asks: `Context` of this project's SOAP contracts. */
export function soapContextOf({ purpose, legalBasis, consentRef, caseId, requester }: Exchange): SoapObject {
  const { organisation, officer, unit } = requester;
  return {
    Purpose: purpose,
    LegalBasis: legalBasis,
    ...(consentRef === undefined ? {} : { ConsentRef: consentRef }),
    CaseId: caseId,
    Requester: { Organisation: organisation, Officer: officer, Unit: unit },
  };
}

/** Whether evidence is about the subject that was asked for, and repeats what else was asked. */
export function mismatchOf(
  evidence: { readonly subject: { readonly scheme: string; readonly notation: string } },
  { subject, parameters }: Exchange,
  repeated: readonly string[] = [],
): 'other-subject' | 'other-fact' | undefined {
  const { scheme, notation } = evidence.subject;
  if (scheme !== subject.scheme || notation !== subject.notation) return 'other-subject';
  const told = evidence as Readonly<Record<string, unknown>>;
  const differs = (name: string) => parameters[name] !== undefined && told[name] !== parameters[name];
  return repeated.some(differs) ? 'other-fact' : undefined;
}
