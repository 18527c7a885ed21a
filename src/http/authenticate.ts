import type { X509Certificate } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Client } from '../authorisation/authorise.js';
import { UraError } from '../errors.js';
import type {
  HeaderFields,
  RestChoice,
  RestProfile,
  VerifiedHttpRequest,
} from '../signing/profiles/index.js';
import { signatureFieldsOf } from '../signing/profiles/index.js';
import type { Nonrepudiation } from '../signing/profiles/nonrepudiation.js';
import { SignatureRefused } from '../signing/refusals.js';
import type { TrustedKey } from '../signing/signer.js';
import { beginExchange, type KeptExchange } from './keep-exchange.js';

/** A request as it came in, before anything of it is believed. */
export interface ArrivedRequest {
  readonly method: string;
  /** Path and query, raw. */
  readonly target: string;
  /** Origin from the configuration, and the raw target. */
  readonly targetUri: string;
  readonly headers: IncomingHttpHeaders;
  /** By turns name and value, as they came. */
  readonly rawHeaders: readonly string[];
  readonly body: Uint8Array;
  /** The certificate that the TLS connection was made with, if any; asked for only where one is needed. */
  readonly peer: () => X509Certificate | undefined;
}

/** Who sent a request, by which profile, and how the answer is signed by the same one. */
export interface Sender {
  readonly client: Client;
  readonly choice: RestChoice;
  readonly verified: VerifiedHttpRequest;
  readonly targetUri: string;
  sign(answer: OutgoingAnswer): Promise<HeaderFields>;
  /** Of clients with `nonrepudiation`: what was answered before, or how to keep what is answered now. */
  readonly exchange?: KeptExchange;
}

/** An answer in bytes, before it is signed. */
export interface OutgoingAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: Uint8Array;
}

/** Clients that sign by the same profile with the same settings; `profile` knows the keys of just these. */
export interface ClientProfile {
  readonly choice: RestChoice;
  readonly profile: Pick<RestProfile, 'verifyRequest' | 'signAnswer'>;
  readonly nonrepudiation?: Nonrepudiation;
}

export interface AuthenticateParts {
  readonly profiles: readonly ClientProfile[];
  readonly clients: ReadonlyMap<string, Client>;
  /**
   * Present where a client has to show a TLS certificate.
   *
   * @throws {SignatureRefused} when the holder of the key may not use this connection.
   */
  readonly requirePeer?: (key: TrustedKey, certificate: X509Certificate | undefined) => void;
  readonly nextId: () => string;
  readonly now: () => number;
}

export type Authenticate = (request: ArrivedRequest) => Promise<Sender>;

/**
 * Finds out who sent a request. Which profile it claims is seen from its header fields; it is verified by that
 * profile alone, and only with keys of clients that are configured for it, so a key never counts under a weaker
 * profile than its owner chose.
 *
 * @throws {UraError} `signature-missing`, `signature-refused`, `message-conflict`, `message-under-way`.
 * @throws {SignatureRefused} with the exact code.
 */
export function createAuthenticate(parts: AuthenticateParts): Authenticate {
  const { clients, requirePeer, nextId } = parts;
  const families = familiesOf(parts.profiles);
  return async (request) => {
    const family = claimedFamily(request.headers, families);
    const received = {
      method: request.method,
      targetUri: request.targetUri,
      headers: request.rawHeaders,
      body: request.body,
    };
    const admit = requirePeer && ((key: TrustedKey) => requirePeer(key, request.peer()));
    const [{ choice, profile, nonrepudiation }, verified] = await verifyByOne(family, (one) =>
      one.profile.verifyRequest(received, admit),
    );
    const client = clients.get(verified.partner);
    if (!client) throw new UraError('signature-refused', 'The signature was not accepted.');
    const exchange =
      nonrepudiation && (await beginExchange(nonrepudiation, request, choice.profile, verified, parts.now()));
    return {
      client,
      choice,
      verified,
      targetUri: request.targetUri,
      sign: (answer) => profile.signAnswer({ ...answer, messageId: nextId() }, verified),
      ...(exchange ? { exchange } : {}),
    };
  };
}

/** Profiles whose signature travels in the same fields. */
interface Family {
  readonly fields: readonly string[];
  readonly profiles: ClientProfile[];
}

/** Every profile has its fields here, also one that no client uses: a message with two signatures claims two. */
function familiesOf(profiles: readonly ClientProfile[]): Family[] {
  const families: Family[] = [
    { fields: signatureFieldsOf({ profile: 'http-sig' }), profiles: [] },
    { fields: signatureFieldsOf({ profile: 'modi-rest', issuer: '-' }), profiles: [] },
    { fields: signatureFieldsOf({ profile: 'jws-detached' }), profiles: [] },
  ];
  for (const each of profiles) {
    const fields = signatureFieldsOf(each.choice);
    const family = families.find((one) => one.fields[0] === fields[0]);
    if (family) family.profiles.push(each);
    else families.push({ fields, profiles: [each] });
  }
  return families;
}

function claimedFamily(headers: IncomingHttpHeaders, families: readonly Family[]): Family {
  let claimed: Family | undefined;
  for (const family of families) {
    if (!family.fields.some((field) => headers[field] !== undefined)) continue;
    if (claimed !== undefined) throw new SignatureRefused('profile-ambiguous');
    claimed = family;
  }
  if (claimed === undefined) {
    throw new UraError(
      'signature-missing',
      'Sign the request by the profile of your client; see /openapi.json.',
    );
  }
  if (claimed.profiles.length === 0) throw new SignatureRefused('profile-not-offered');
  return claimed;
}

/**
 * The settings of several clients may differ within one profile. Each set is asked in turn; at most one of them
 * knows the key, because a key belongs to one client, so the order decides nothing but the time.
 */
async function verifyByOne(
  { profiles }: Family,
  verify: (one: ClientProfile) => Promise<VerifiedHttpRequest>,
): Promise<[ClientProfile, VerifiedHttpRequest]> {
  let refusal: SignatureRefused | undefined;
  for (const one of profiles) {
    try {
      return [one, await verify(one)];
    } catch (error) {
      if (!(error instanceof SignatureRefused)) throw error;
      // For the log: what the set said that knows the key, and not what the others say.
      if (refusal === undefined || refusal.code === 'keyid-unknown') refusal = error;
    }
  }
  throw refusal ?? new SignatureRefused('profile-not-offered');
}
