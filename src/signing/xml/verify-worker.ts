import { createPublicKey, X509Certificate } from 'node:crypto';
import { parentPort } from 'node:worker_threads';
import { SignatureRefused } from '../refusals.js';
import type { TrustedKey } from '../signer.js';
import { verifyEnvelope } from './verify-envelope.js';
import type { ExportedKey, VerifyAnswer, VerifyTask } from './verify-task.js';

/** Entry point of the threads of `verify-in-worker.ts`: one task in, one answer out. */

const mostKeys = 512;
const keys = new Map<number, TrustedKey>();

function keyOf(exported: ExportedKey): TrustedKey {
  const known = keys.get(exported.id);
  if (known !== undefined) return known;
  const { partner, keyId, algorithm, spki, certificate, notBefore, notAfter } = exported;
  const key: TrustedKey = {
    partner,
    keyId,
    algorithm,
    publicKey: createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' }),
    ...(certificate === undefined ? {} : { certificate: new X509Certificate(certificate) }),
    ...(notBefore === undefined ? {} : { notBefore }),
    ...(notAfter === undefined ? {} : { notAfter }),
  };
  if (keys.size >= mostKeys) keys.clear();
  keys.set(exported.id, key);
  return key;
}

function answer({ bytes, expected, keys: exported }: VerifyTask): VerifyAnswer {
  try {
    const trusted = exported.map(keyOf);
    const { key, ...verified } = verifyEnvelope(bytes, {
      ...expected,
      keys: trusted,
      isRevoked: (candidate) => exported[trusted.indexOf(candidate)]?.revoked !== false,
    });
    return { verified, key: trusted.indexOf(key) };
  } catch (error) {
    if (error instanceof SignatureRefused) return { code: error.code, where: error.where };
    return { code: 'verifier-failed', where: '' };
  }
}

parentPort?.on('message', (task: VerifyTask) => parentPort?.postMessage(answer(task)));
