import { httpSig } from './http-sig.js';
import { defaultField, type JwsDetachedSettings, jwsDetached } from './jws-detached.js';
import { type ModiSettings, modiRest } from './modi-rest.js';
import type { ProfileParts, RestProfile, SoapProfile } from './profile.js';
import type { WssParts } from './wss.js';
import { type LegacyUse, wssLegacySha1 } from './wss-legacy-sha1.js';
import { wssSignatureConfirmation } from './wss-signature-confirmation.js';
import { wssX509Auth } from './wss-x509-auth.js';
import { wssX509Integrity } from './wss-x509-integrity.js';

export type * from './profile.js';

/** What a profile can do, for checking a configuration before anything is sent. */
interface Ability {
  /** Whether it signs, or only verifies. */
  readonly signs: boolean;
  /** Whether a signed answer carries the digest or signature of its request, as `nonrepudiation` needs. */
  readonly tiesAnswers: boolean;
}

const soapAbilities = {
  'wss-x509-integrity': { signs: true, tiesAnswers: false },
  'wss-x509-auth': { signs: true, tiesAnswers: false },
  'wss-signature-confirmation': { signs: true, tiesAnswers: true },
  'wss-legacy-sha1': { signs: false, tiesAnswers: false },
} as const satisfies Record<string, Ability>;

const restAbilities = {
  'http-sig': { signs: true, tiesAnswers: true },
  'modi-rest': { signs: true, tiesAnswers: true },
  'jws-detached': { signs: true, tiesAnswers: true },
} as const satisfies Record<string, Ability>;

export type SoapProfileName = keyof typeof soapAbilities;
export type RestProfileName = keyof typeof restAbilities;
export type EventProfileName = 'kafka-event';
export type ModifierName = 'mtls' | 'nonrepudiation';

/** All names that a configuration may use, for its schema and its documentation. */
export const soapProfileNames = Object.keys(soapAbilities) as SoapProfileName[];
export const restProfileNames = Object.keys(restAbilities) as RestProfileName[];
export const eventProfileNames: readonly EventProfileName[] = ['kafka-event'];
export const modifierNames: readonly ModifierName[] = ['mtls', 'nonrepudiation'];

export function isSoapProfile(name: string): name is SoapProfileName {
  return Object.hasOwn(soapAbilities, name);
}

export function isRestProfile(name: string): name is RestProfileName {
  return Object.hasOwn(restAbilities, name);
}

export function isEventProfile(name: string): name is EventProfileName {
  return name === 'kafka-event';
}

export function isModifier(name: string): name is ModifierName {
  return name === 'mtls' || name === 'nonrepudiation';
}

/** @throws {UnknownProfile} */
export function abilityOf(name: string): Ability {
  if (isSoapProfile(name)) return soapAbilities[name];
  if (isRestProfile(name)) return restAbilities[name];
  throw new UnknownProfile(name);
}

/** A name that stands in no table. There is no default profile: a mistyped name must not weaken anything. */
export class UnknownProfile extends Error {
  override readonly name = 'UnknownProfile';

  constructor(profile: string) {
    super(
      `There is no profile ${JSON.stringify(profile)} here. ` +
        `SOAP: ${soapProfileNames.join(', ')}. REST: ${restProfileNames.join(', ')}.`,
    );
  }
}

/** A profile for SOAP and what only this profile needs; as it stands in the configuration. */
export type SoapChoice =
  | { readonly profile: Exclude<SoapProfileName, 'wss-legacy-sha1'> }
  | { readonly profile: 'wss-legacy-sha1'; readonly enabled: true };

/** A profile for REST and what only this profile needs; as it stands in the configuration. */
export type RestChoice =
  | { readonly profile: 'http-sig' }
  | ({ readonly profile: 'modi-rest' } & ModiSettings)
  | ({ readonly profile: 'jws-detached' } & JwsDetachedSettings);

/**
 * Header fields by which a message claims to be signed by a profile, lower case. A message that has fields of two
 * profiles claims two things, and is neither.
 */
export function signatureFieldsOf(choice: RestChoice): readonly string[] {
  switch (choice.profile) {
    case 'http-sig':
      return ['signature', 'signature-input'];
    case 'modi-rest':
      return ['agid-jwt-signature'];
    case 'jws-detached':
      return [choice.field ?? defaultField];
    default:
      throw new UnknownProfile((choice as { profile: string }).profile);
  }
}

export interface SoapParts extends WssParts {
  /** Called for each message that SHA-1 was used in. Needed by `wss-legacy-sha1` alone. */
  readonly onLegacyUse?: (use: LegacyUse) => void;
}

/** @throws {UnknownProfile} {TypeError} when the profile lacks something it needs. */
export function openSoapProfile(choice: SoapChoice, parts: SoapParts): SoapProfile {
  switch (choice.profile) {
    case 'wss-x509-integrity':
      return wssX509Integrity(parts);
    case 'wss-x509-auth':
      return wssX509Auth(parts);
    case 'wss-signature-confirmation':
      return wssSignatureConfirmation(parts);
    case 'wss-legacy-sha1': {
      const { onLegacyUse } = parts;
      if (onLegacyUse === undefined) throw new TypeError('wss-legacy-sha1 needs onLegacyUse.');
      return wssLegacySha1({ ...parts, enabled: choice.enabled, onLegacyUse });
    }
    default:
      throw new UnknownProfile((choice as { profile: string }).profile);
  }
}

/** @throws {UnknownProfile} {TypeError} when the signer's key is of no use to the profile. */
export function openRestProfile(choice: RestChoice, parts: ProfileParts): RestProfile {
  switch (choice.profile) {
    case 'http-sig':
      return httpSig(parts);
    case 'modi-rest':
      return modiRest(parts, choice);
    case 'jws-detached':
      return jwsDetached(parts, choice);
    default:
      throw new UnknownProfile((choice as { profile: string }).profile);
  }
}

/** As a configuration writes it: one profile for both directions, or one for each. */
export type Directions<Choice extends { readonly profile: string }> =
  | Choice['profile']
  | Choice
  | { readonly question: Choice['profile'] | Choice; readonly answer: Choice['profile'] | Choice };

/** @returns the choice of each direction; whether the names exist is for whoever opens them to say. */
export function directionsOf<Choice extends { readonly profile: string }>(
  setting: Directions<Choice>,
): { readonly question: Choice; readonly answer: Choice } {
  const choiceOf = (one: Choice['profile'] | Choice) =>
    (typeof one === 'string' ? { profile: one } : one) as Choice;
  if (typeof setting === 'object' && 'question' in setting) {
    return { question: choiceOf(setting.question), answer: choiceOf(setting.answer) };
  }
  return { question: choiceOf(setting), answer: choiceOf(setting) };
}

/**
 * One registry's profile over SOAP, for both sides: how our questions are signed and its answers verified, and the
 * same the other way round when it calls us (its messages are verified as its answers are, ours signed as our
 * questions are).
 *
 * @throws {UnknownProfile} {TypeError} when the profile of what we send only verifies.
 */
export function soapPartner(setting: Directions<SoapChoice>, parts: SoapParts): SoapProfile {
  const { question, answer } = directionsOf(setting);
  if (!abilityOf(question.profile).signs) throw new TypeError(`${question.profile} only verifies.`);
  const { signRequest, signAnswer } = openSoapProfile(question, parts);
  const { verifyAnswer, verifyRequest } = openSoapProfile(answer, parts);
  return { signRequest, verifyAnswer, verifyRequest, signAnswer };
}

/**
 * One registry's profile over REST. Where the answer ties itself to the question, both directions must be of one
 * profile: no other one knows what the question carried.
 *
 * @throws {UnknownProfile} {TypeError} when the two directions are of different profiles.
 */
export function restPartner(setting: Directions<RestChoice>, parts: ProfileParts): RestProfile {
  const { question, answer } = directionsOf(setting);
  if (question.profile !== answer.profile) {
    throw new TypeError(
      `An answer by ${answer.profile} cannot be tied to a question by ${question.profile}.`,
    );
  }
  const { signRequest, signAnswer } = openRestProfile(question, parts);
  const { verifyAnswer, verifyRequest } = openRestProfile(answer, parts);
  return { signRequest, verifyAnswer, verifyRequest, signAnswer };
}
