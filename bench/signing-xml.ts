import { sign as cryptoSign, verify as cryptoVerify } from 'node:crypto';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { pathToFileURL } from 'node:url';
import { fileSigner } from '../src/signing/file-signer.js';
import { SignatureRefused } from '../src/signing/refusals.js';
import type { Expectation } from '../src/signing/xml/expectation.js';
import { parseXml } from '../src/signing/xml/parse.js';
import { signEnvelope } from '../src/signing/xml/sign-envelope.js';
import { verifyEnvelope } from '../src/signing/xml/verify-envelope.js';
import { createVerifyPool } from '../src/signing/xml/verify-in-worker.js';
import { issue, makeAuthority, trust } from '../tests/support/certificates.js';
import { verifyWithXmlCrypto } from '../tests/support/xml-crypto.js';
import { type BenchRow, row as benchRow } from './bench-row.js';
import { collectGarbage, compareCpu } from './cpu-time.js';
import { messageOf, type Shape } from './signing-messages.js';
import { cpuOfXmlsec1 } from './xmlsec1-cpu.js';

const row = (name: string, value: number, unit: string, floor?: number) =>
  benchRow('signing-xml', name, value, unit, floor);
const cpu = 'ms cpu';
const kilobytes = (bytes: number) => `${(bytes / 1000).toFixed(1)} KB`;

/**
 * What signing and verifying a SOAP message costs beside the bare operations with RSA-2048, and beside xml-crypto
 * and xmlsec1.
 */
export async function measureSigning(): Promise<BenchRow[]> {
  const issued = await issue(await makeAuthority('Bench CA'), { name: 'gateway', keyType: 'rsa' });
  const { privateKey } = issued;
  const { publicKey } = issued.certificate;
  const signer = fileSigner({ keyId: 'gateway', ...issued });
  const publicPem = publicKey.export({ format: 'pem', type: 'spki' }).toString();
  const now = Date.now();
  const expectedOf = (actions: readonly string[]): Expectation => ({
    soapVersion: '1.1',
    to: 'https://civil.example/service',
    actions,
    keys: [trust(issued, 'gateway', signer.algorithm)],
    now,
  });
  const expected = expectedOf(['urn:civil/FamilyComposition']);
  const rows: BenchRow[] = [];

  const small = messageOf(3_600, 'records', now);
  const bytes = await signEnvelope(small, signer);
  const signature = cryptoSign('sha256', bytes, privateKey);
  const size = `${kilobytes(small.bodyContent.length)} content, ${kilobytes(bytes.length)} message`;
  const basic = await compareCpu({
    bareSign: { times: 100, run: () => new Promise((done) => cryptoSign('sha256', bytes, privateKey, done)) },
    sign: { times: 100, run: () => signEnvelope(small, signer) },
    bareVerify: { times: 1500, run: () => cryptoVerify('sha256', bytes, publicKey, signature) },
    verify: { times: 1500, run: () => verifyEnvelope(bytes, expected) },
    parse: { times: 1500, run: () => parseXml(bytes) },
  });
  rows.push(row(`sign, ${size}, against bare crypto.sign`, basic.sign, cpu, basic.bareSign));
  rows.push(row(`verify, ${size}, against bare crypto.verify`, basic.verify, cpu, basic.bareVerify));
  rows.push(row(`of it: parse, ${size}`, basic.parse, cpu, basic.verify));
  const theirs = cpuOfXmlsec1(bytes, publicPem);
  if (theirs !== undefined)
    rows.push(row(`verify, ${size}, against xmlsec1 in one process`, basic.verify, cpu, theirs));

  const messages: [name: string, message: Uint8Array][] = [];
  for (const [contentBytes, shape] of comparisons) {
    const message = await signEnvelope(messageOf(contentBytes, shape, now), signer);
    const text = Buffer.from(message).toString();
    // One after the other: the garbage of the one would be collected on the account of the other.
    const { ours } = await compareCpu({
      ours: { times: Math.ceil(4_000_000 / contentBytes), run: () => verifyEnvelope(message, expected) },
    });
    // Its time grows faster than the message.
    const { xmlCrypto } = await compareCpu(
      {
        xmlCrypto: {
          times: Math.ceil(60_000 / contentBytes),
          run: () => verifyWithXmlCrypto(text, publicPem),
        },
      },
      contentBytes > 1_000_000 ? 3 : 5,
    );
    const name = `verify, ${shape}, ${kilobytes(message.length)} message`;
    rows.push(row(`${name}, against xml-crypto`, ours, cpu, xmlCrypto));
    rows.push(row(`${name}, nanoseconds a byte`, (ours * 1e6) / message.length, 'ns'));
    messages.push([name, message]);
  }
  rows.push(
    ...(await measureEventLoop(await signEnvelope(messageOf(1_900_000, 'records', now), signer), expected)),
  );
  rows.push(...measureRefusals(Buffer.from(bytes).toString(), expected));
  for (const [name, message] of messages) {
    const sizes = memoryOf(message, expected) / message.length;
    rows.push(row(`${name}, heap and buffers in message sizes`, sizes, 'messages'));
  }
  return rows;
}

const comparisons: readonly (readonly [contentBytes: number, shape: Shape])[] = [
  [3_600, 'records'],
  [20_000, 'records'],
  [200_000, 'records'],
  [1_900_000, 'records'],
  [200_000, 'attachment'],
  [1_850_000, 'attachment'],
];

/** Growth of heap and buffers by one verification, before anything is collected. */
function memoryOf(message: Uint8Array, expected: Expectation): number {
  const used = () => {
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  };
  const figures = Array.from({ length: 5 }, () => {
    collectGarbage();
    const before = used();
    verifyEnvelope(message, expected);
    return used() - before;
  }).sort((a, b) => a - b);
  return figures[2] as number;
}

/** How long the event loop stands still while large messages are verified in a thread. */
async function measureEventLoop(message: Uint8Array, expected: Expectation): Promise<BenchRow[]> {
  const pool = createVerifyPool();
  await pool.verify(message, expected);
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  for (let i = 0; i < 20; i++) await pool.verify(message, expected);
  delay.disable();
  await pool.close();
  const name = `event loop while ${kilobytes(message.length)} is verified in a thread`;
  return [
    row(`${name}, longest delay`, delay.max / 1e6, 'ms'),
    row(`${name}, 99th percentile`, delay.percentile(99) / 1e6, 'ms'),
  ];
}

/** Messages that are made to cost much. */
function measureRefusals(text: string, expected: Expectation): BenchRow[] {
  const inBody = (content: string) => text.replace('<c:person>', `${content}<c:person>`);
  const many = (count: number, make: (i: number) => string) =>
    Array.from({ length: count }, (_, i) => make(i)).join('');
  const attacks: Readonly<Record<string, string>> = {
    '1,000 References': text.replace(/<ds:Reference .*?<\/ds:Reference>/, (whole) => whole.repeat(1000)),
    'depth 5,000': inBody('<c:d>'.repeat(5000) + '</c:d>'.repeat(5000)),
    '5,000 namespaces on one element': inBody(`<c:n ${many(5000, (i) => `xmlns:n${i}="urn:${i}" `)}/>`),
    '5,000 namespaces on 5,000 elements': inBody(many(5000, (i) => `<n${i}:n xmlns:n${i}="urn:${i}"/>`)),
    'a name of 1 MB that never ends': `${text.slice(0, 500)}<${'n'.repeat(1_000_000)}`,
  };
  return Object.entries(attacks).map(([name, attack]) => {
    const bytes = Buffer.from(attack);
    const figures = Array.from({ length: 9 }, () => {
      const before = process.cpuUsage();
      try {
        verifyEnvelope(bytes, expected);
        throw new Error(`accepted: ${name}`);
      } catch (error) {
        if (!(error instanceof SignatureRefused)) throw error;
      }
      const used = process.cpuUsage(before);
      return (used.user + used.system) / 1000;
    }).sort((a, b) => a - b);
    return row(`refuse ${name}`, figures[4] as number, cpu);
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  console.table(await measureSigning(), ['case', 'value', 'unit', 'floor', 'ratio']);
}
