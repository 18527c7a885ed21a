import { createHash, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  requestSignatureOf,
  signRequest,
  signResponse,
  verifyRequest,
} from '../src/signing/http-sig/index.js';
import type { Signer, TrustedKey } from '../src/signing/signer.js';
import { type BenchRow, row } from './bench-row.js';

const algorithms = ['ecdsa-p256-sha256', 'ed25519', 'rsa-v1_5-sha256'] as const;
const rounds = 9;
const callsPerRound = 300;

/**
 * What a gateway does for one signed exchange of 2 KB, verify the request and sign the answer, beside the bare
 * operations: hash both bodies, verify and sign bytes of the length of the two signature bases. Signing is done on
 * the calling thread in both, so that the thread pool's scheduling is in neither.
 */
export async function measureHttpSig(): Promise<BenchRow[]> {
  const measurements: BenchRow[] = [];
  for (const algorithm of algorithms) {
    const { exchange, bare } = await prepare(algorithm);
    const exchangeUs: number[] = [];
    const bareUs: number[] = [];
    for (let round = -2; round < rounds; round += 1) {
      const ours = await timeUs(exchange);
      const floor = await timeUs(bare);
      // The first rounds warm the compiler up.
      if (round < 0) continue;
      exchangeUs.push(ours);
      bareUs.push(floor);
    }
    measurements.push(
      row('http-sig', `verify+sign 2 KB ${algorithm}`, median(exchangeUs), 'us cpu', median(bareUs)),
    );
  }
  return measurements;
}

async function prepare(algorithm: (typeof algorithms)[number]) {
  const { privateKey, publicKey } = makePair(algorithm);
  const hash = algorithm === 'ed25519' ? null : 'sha256';
  const key = (one: KeyObject) => ({ key: one, dsaEncoding: 'ieee-p1363' as const });
  const signer: Signer = {
    keyId: 'k-2026',
    algorithm,
    sign: async (data) => sign(hash, data, key(privateKey)),
  };
  const trusted: TrustedKey = { partner: 'p', keyId: 'k-2026', algorithm, publicKey };
  const now = Date.UTC(2026, 10, 20);
  const body = Buffer.alloc(2048, 'a');
  const request = {
    method: 'POST',
    targetUri: 'https://ura.example/v1/requests',
    contentType: 'application/json',
    body,
  };
  const fields = await signRequest(request, signer, { now, nonce: '0193a1b2-0000-7000-8000-000000000001' });
  const headers = ['Host', 'ura.example', 'Content-Type', 'application/json', 'Content-Length', '2048'];
  headers.push('Accept', 'application/json', 'Idempotency-Key', '0193a1b2', 'Connection', 'keep-alive');
  headers.push(...(Object.entries(fields).flat() as string[]));
  const received = { ...request, headers };
  const findKey = (keyId: string) => (keyId === trusted.keyId ? trusted : undefined);
  const signature = requestSignatureOf(fields);

  const requestBase = Buffer.alloc(380, 'b');
  const requestValue = sign(hash, requestBase, key(privateKey));
  const answerBase = Buffer.alloc(320, 'c');
  return {
    exchange: async () => {
      verifyRequest(received, findKey, { now });
      await signResponse({ status: 202, body }, signature, signer, { now });
    },
    bare: async () => {
      createHash('sha256').update(body).digest();
      verify(hash, requestBase, key(publicKey), requestValue);
      createHash('sha256').update(body).digest();
      sign(hash, answerBase, key(privateKey));
    },
  };
}

function makePair(algorithm: (typeof algorithms)[number]): { privateKey: KeyObject; publicKey: KeyObject } {
  if (algorithm === 'ed25519') return generateKeyPairSync('ed25519');
  if (algorithm === 'rsa-v1_5-sha256') return generateKeyPairSync('rsa', { modulusLength: 2048 });
  return generateKeyPairSync('ec', { namedCurve: 'P-256' });
}

/** CPU time of this process, which a busy neighbour does not lengthen as it does the wall clock's. */
async function timeUs(call: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  for (let number = 0; number < callsPerRound; number += 1) await call();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / callsPerRound;
}

function median(values: readonly number[]): number {
  return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] as number;
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  process.stdout.write(`${JSON.stringify(await measureHttpSig(), null, 2)}\n`);
}
