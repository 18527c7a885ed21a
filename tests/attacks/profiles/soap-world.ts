import type { SoapChoice, SoapParts } from '../../../src/signing/profiles/index.js';
import type { RefusalCode } from '../../../src/signing/refusals.js';
import { resign } from '../../signing/profiles/resign-envelope.js';
import {
  answer,
  asGateway,
  asRegistry,
  question,
  type SoapParties,
} from '../../signing/profiles/soap-parties.js';
import { issue, makeAuthority, trust } from '../../support/certificates.js';

/** One line of the table: a message that must be refused, with exactly this code. */
export interface SoapVector {
  readonly row: string;
  readonly name: string;
  readonly code: RefusalCode;
  readonly attack: (world: SoapWorld) => Promise<unknown>;
}

/** Shorthand for what is sent. */
export interface SoapWorld {
  readonly parties: SoapParties;
  /** A question as the gateway signs it by the profile. */
  ask(profile: SigningProfile, change?: object): Promise<string>;
  /** The registry receives it by the profile. */
  receive(choice: SoapChoice, text: string, extra?: Partial<SoapParts>): Promise<unknown>;
  /** Question and answer by the profile, as texts. */
  exchange(profile: SigningProfile): Promise<{ readonly asked: string; readonly answered: string }>;
  /** The gateway receives an answer to what it asked. */
  accept(choice: SoapChoice, answered: string, asked: string, extra?: Partial<SoapParts>): Promise<unknown>;
  readonly asGatewayKey: (text: string) => string;
  readonly asRegistryKey: (text: string) => string;
}

type SigningProfile = Exclude<SoapChoice['profile'], 'wss-legacy-sha1'>;

export const legacy = { profile: 'wss-legacy-sha1', enabled: true } as const;
const listening = { onLegacyUse: () => {} };

/** @param parties made once: RSA keys take a second. */
export function makeSoapWorld(parties: SoapParties): SoapWorld {
  const text = (bytes: Uint8Array) => Buffer.from(bytes).toString();
  return {
    parties,
    async ask(profile, change = {}) {
      return text(await parties.gateway({ profile }).signRequest({ ...question, ...change }));
    },
    receive: (choice, message, extra = {}) =>
      parties.registry(choice, { ...listening, ...extra }).verifyRequest(Buffer.from(message), asRegistry),
    async exchange(profile) {
      const bytes = await parties.gateway({ profile }).signRequest(question);
      const registry = parties.registry({ profile });
      const answered = await registry.signAnswer(answer, await registry.verifyRequest(bytes, asRegistry));
      return { asked: text(bytes), answered: text(answered) };
    },
    accept: (choice, answered, asked, extra = {}) =>
      parties
        .gateway(choice, { ...listening, ...extra })
        .verifyAnswer(Buffer.from(answered), { ...asGateway, requestBytes: Buffer.from(asked) }),
    asGatewayKey: (message) => resign(message, parties.gatewayKey.privateKey),
    asRegistryKey: (message) => resign(message, parties.registryKey.privateKey),
  };
}

export { issue, makeAuthority, question, resign as resignAs, trust };

/** Replaces the first occurrence; throws when there is none, so that no vector silently tests nothing. */
export function swap(text: string, from: string | RegExp, to: string): string {
  const changed = text.replace(from, () => to);
  if (changed === text) throw new Error(`Nothing to replace: ${String(from)}`);
  return changed;
}
