import { sign as cryptoSign, verify as cryptoVerify, hash } from 'node:crypto';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { pathToFileURL } from 'node:url';
import { fileSigner } from '../src/signing/file-signer.js';
import { SignatureRefused } from '../src/signing/refusals.js';
import type { Expectation } from '../src/signing/xml/expectation.js';
import { defaultXmlLimits } from '../src/signing/xml/limits.js';
import { parseXml } from '../src/signing/xml/parse.js';
import { type OutgoingEnvelope, signEnvelope } from '../src/signing/xml/sign-envelope.js';
import { verifyEnvelope } from '../src/signing/xml/verify-envelope.js';
import { createVerifyPool } from '../src/signing/xml/verify-in-worker.js';
import { issue, makeAuthority, trust } from '../tests/support/certificates.js';
import { verifyWithXmlCrypto } from '../tests/support/xml-crypto.js';
import { type BenchRow, row as benchRow } from './bench-row.js';
import { collectGarbage, compareCpu } from './cpu-time.js';
import { messageOf, type Shape, signedBytes, smallestMessage } from './signing-messages.js';
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

  for (const [name, outgoing] of [
    ['', messageOf(3_600, 'records', now)],
    ['smallest message, ', smallestMessage(now)],
  ] as const) {
    const bytes = await signEnvelope(outgoing, signer);
    rows.push(...(await measureBeside(name, outgoing, bytes)));
  }

  async function measureBeside(
    name: string,
    outgoing: OutgoingEnvelope,
    bytes: Uint8Array,
  ): Promise<BenchRow[]> {
    const signature = cryptoSign('sha256', bytes, privateKey);
    const size = `${name}${kilobytes(outgoing.bodyContent.length)} content, ${kilobytes(bytes.length)} message`;
    const { signedInfo, parts } = signedBytes(bytes);
    const ofSignedInfo = cryptoSign('sha256', signedInfo, privateKey);
    const digestParts = () => {
      for (const part of parts) hash('sha256', part, 'base64');
    };
    const figures = await compareCpu({
      bareSign: {
        times: 100,
        run: () => new Promise((done) => cryptoSign('sha256', bytes, privateKey, done)),
      },
      sign: { times: 100, run: () => signEnvelope(outgoing, signer) },
      bareVerify: { times: 1500, run: () => cryptoVerify('sha256', bytes, publicKey, signature) },
      floor: {
        times: 1500,
        run: () => {
          cryptoVerify('sha256', signedInfo, publicKey, ofSignedInfo);
          digestParts();
        },
      },
      digests: { times: 1500, run: digestParts },
      verify: { times: 1500, run: () => verifyEnvelope(bytes, expected) },
      parse: { times: 1500, run: () => parseXml(bytes, defaultXmlLimits, 'body-content') },
    });
    const theirs = cpuOfXmlsec1(bytes, publicPem);
    const count = parts.length;
    return [
      row(`sign, ${size}, against bare crypto.sign`, figures.sign, cpu, figures.bareSign),
      row(`verify, ${size}, against bare crypto.verify`, figures.verify, cpu, figures.bareVerify),
      row(
        `verify, ${size}, against bare verify of SignedInfo and ${count} digests`,
        figures.verify,
        cpu,
        figures.floor,
      ),
      row(
        `bare verify of SignedInfo and ${count} digests, ${size}, against bare crypto.verify`,
        figures.floor,
        cpu,
        figures.bareVerify,
      ),
      row(`of it: ${count} digests, ${size}`, figures.digests, cpu, figures.verify),
      row(`of it: parse, ${size}`, figures.parse, cpu, figures.verify),
      ...(theirs === undefined
        ? []
        : [row(`verify, ${size}, against xmlsec1 in one process`, figures.verify, cpu, theirs)]),
    ];
  }

  const messages: [name: string, message: Uint8Array][] = [];
  for (const [contentBytes, shape] of comparisons) {
    const message = await signEnvelope(messageOf(contentBytes, shape, now), signer);
    const text = Buffer.from(message).toString();
    // One after the other: the garbage of the one would be collected on the account of the other.
    const times = Math.ceil(4_000_000 / contentBytes);
    const { ours, sha256 } = await compareCpu({
      ours: { times, run: () => verifyEnvelope(message, expected) },
      sha256: { times, run: () => hash('sha256', message, 'base64') },
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
    rows.push(
      row(
        `SHA-256 alone, ${shape}, ${kilobytes(message.length)} message, against xml-crypto`,
        sha256,
        cpu,
        xmlCrypto,
      ),
    );
    rows.push(row(`${name}, nanoseconds a byte`, (ours * 1e6) / message.length, 'ns'));
    messages.push([name, message]);
  }
  rows.push(
    ...(await measureEventLoop(await signEnvelope(messageOf(1_900_000, 'records', now), signer), expected)),
  );
  const refused = await signEnvelope(messageOf(3_600, 'records', now), signer);
  rows.push(...measureRefusals(Buffer.from(refused).toString(), expected));
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

/**
 * Growth of heap and buffers by one verification. A small message is measured among many others, because collecting
 * garbage also throws compiled code away, and that code would be counted; a large one with nothing else in memory.
 */
function memoryOf(message: Uint8Array, expected: Expectation): number {
  const used = () => {
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  };
  const isSmall = message.length < 100_000;
  for (let i = 0; isSmall && i < 2_000; i++) verifyEnvelope(message, expected);
  const figures = Array.from({ length: isSmall ? 51 : 5 }, () => {
    if (!isSmall) collectGarbage();
    const before = used();
    verifyEnvelope(message, expected);
    return used() - before;
  }).sort((a, b) => a - b);
  return figures[figures.length >> 1] as number;
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
