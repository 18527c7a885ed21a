import {
  isRestProfile,
  openRestProfile,
  type ProfileParts,
  type RestChoice,
} from '../signing/profiles/index.js';
import { repetitionsAllowed } from '../signing/profiles/nonrepudiation.js';
import type { TrustedKey } from '../signing/signer.js';
import { must } from './audit-check.js';
import type { AuditRow } from './audit-input.js';

/**
 * Between the check of a signature's age and the recording lie the replay set and the store. A signature that was
 * fresh this many milliseconds before it was recorded was fresh when it was checked.
 */
const storingMs = 30_000;

/**
 * Verifies again what somebody sent over HTTP, out of what was recorded of it.
 *
 * @param trusted keys of those who may have signed it.
 * @param checkedAt when its signature was checked, milliseconds since the epoch.
 * @returns whose key it was, and the path that the message was sent to.
 * @throws {Error} a sentence about what does not hold.
 */
export async function verifySignedMessage(
  row: AuditRow,
  trusted: readonly TrustedKey[],
  checkedAt: number,
): Promise<{ readonly keyId: string; readonly partner: string; readonly path: string }> {
  const targetUri = textOf(row.meta, 'targetUri');
  const choice = choiceOf(row);
  const received = {
    method: textOf(row.meta, 'method'),
    targetUri,
    headers: choice.profile === 'http-sig' ? httpSigFields(row) : otherFields(row),
    body: row.bytes,
  };
  must(received.method === 'POST', 'it was sent to another place');
  const verifyAt = (now: number) => {
    const { verifyRequest } = openRestProfile(choice, verifying(trusted, now));
    return verifyRequest(received);
  };
  const { keyId, partner } = await verifyAt(checkedAt)
    .catch((error: { code?: string }) => {
      if (error.code !== 'message-expired' && error.code !== 'message-too-old') throw error;
      return verifyAt(checkedAt - storingMs);
    })
    .catch((error: { code?: string }) => {
      throw new Error(`the signature does not hold: ${error.code ?? 'unexpected'}`);
    });
  must(keyId === row.signedBy, 'the row names another key');
  return { keyId, partner, path: new URL(targetUri).pathname };
}

/** The profile with the settings that it was verified by; recorded, because a client may have changed since. */
function choiceOf({ meta }: AuditRow): RestChoice {
  const profile = textOf(meta, 'profile');
  if (profile === 'http-sig') return { profile };
  const { settings } = meta;
  const isSettings = typeof settings === 'object' && settings !== null;
  must(isRestProfile(profile) && isSettings, 'by which profile it was signed is not recorded');
  const choice = settings as RestChoice;
  must(choice.profile === profile, 'the settings are of another profile');
  return choice;
}

function httpSigFields({ meta }: AuditRow): string[] {
  return ['contentType', 'contentDigest', 'signatureInput', 'signature'].flatMap((name) => [
    name.replace(/[A-Z]/, (letter) => `-${letter.toLowerCase()}`),
    textOf(meta, name),
  ]);
}

function otherFields({ meta }: AuditRow): string[] {
  const { fields } = meta;
  must(typeof fields === 'object' && fields !== null, 'what the signature covers is not recorded: fields');
  return Object.keys(fields).flatMap((name) => [name, textOf(fields as Record<string, unknown>, name)]);
}

/** A member of what was recorded beside the bytes. @throws {Error} when it is missing. */
export function textOf(meta: Readonly<Record<string, unknown>>, name: string): string {
  const value = meta[name];
  must(typeof value === 'string', `what the signature covers is not recorded: ${name}`);
  return value;
}

/** As a profile is opened that only verifies, at a time of the past. That it was sent once is not asked again. */
function verifying(trusted: readonly TrustedKey[], now: number): ProfileParts {
  return {
    signer: {
      keyId: 'auditor',
      algorithm: 'ecdsa-p256-sha256',
      sign: () => Promise.reject(new Error('an auditor signs nothing')),
    },
    trusted,
    replaySet: repetitionsAllowed,
    clock: { now: () => now },
  };
}
