import { createHash, sign as cryptoSign, verify as cryptoVerify } from 'node:crypto';
import { pathToFileURL } from 'node:url';
import { fileSigner } from '../src/signing/file-signer.js';
import { canonicalize } from '../src/signing/xml/c14n.js';
import type { Expectation } from '../src/signing/xml/expectation.js';
import { parseXml } from '../src/signing/xml/parse.js';
import { type OutgoingEnvelope, signEnvelope } from '../src/signing/xml/sign-envelope.js';
import { verifyEnvelope } from '../src/signing/xml/verify-envelope.js';
import { issue, makeAuthority, trust } from '../tests/support/certificates.js';
import { verifyWithXmlCrypto } from '../tests/support/xml-crypto.js';

/** One figure of `bench/latest.json`. `floor` and `ratio` are null where nothing is compared. */
export interface BenchRow {
  readonly bench: string;
  readonly case: string;
  readonly value: number;
  readonly unit: string;
  /** The same unit, measured in the same run. */
  readonly floor: number | null;
  /** value / floor. */
  readonly ratio: number | null;
}

const bench = 'signing-xml';

/**
 * What signing and verifying a SOAP message costs beside the bare operations with RSA-2048, and beside
 * xml-crypto. Milliseconds of CPU of the whole process, so that work on the thread pool counts.
 */
export async function measureSigning(): Promise<BenchRow[]> {
  const issued = await issue(await makeAuthority('Bench CA'), { name: 'gateway', keyType: 'rsa' });
  const signer = fileSigner({ keyId: 'gateway', ...issued });
  const publicPem = issued.certificate.publicKey.export({ format: 'pem', type: 'spki' }).toString();
  const key = trust(issued, 'gateway', signer.algorithm);
  const now = Date.now();
  const rows: BenchRow[] = [];

  const small = messageOf(3_600, now);
  const smallBytes = await signEnvelope(small, signer);
  const label = `${kilobytes(small.bodyContent.length)} content, ${kilobytes(smallBytes.length)} message`;
  const bareSign = await cpuMs(100, async () => {
    await new Promise((resolve) => cryptoSign('sha256', smallBytes, issued.privateKey, resolve));
  });
  const ourSign = await cpuMs(100, async () => {
    await signEnvelope(small, signer);
  });
  rows.push(row(`sign, ${label}, against bare crypto.sign`, ourSign, bareSign));

  const bareSignature = cryptoSign('sha256', smallBytes, issued.privateKey);
  const bareVerify = await cpuMs(1500, () => {
    cryptoVerify('sha256', smallBytes, issued.certificate.publicKey, bareSignature);
  });
  for (const contentBytes of [3_600, 20_000, 200_000, 1_900_000]) {
    const message = messageOf(contentBytes, now);
    const bytes = await signEnvelope(message, signer);
    const text = Buffer.from(bytes).toString();
    const expected: Expectation = {
      soapVersion: '1.1',
      to: message.to,
      actions: [message.action],
      keys: [key],
      now,
    };
    const size = `${kilobytes(contentBytes)} content, ${kilobytes(bytes.length)} message`;
    const times = Math.max(3, Math.min(1500, Math.round(3_000_000 / contentBytes)));
    const ours = await cpuMs(times, () => {
      verifyEnvelope(bytes, expected);
    });
    if (contentBytes === 3_600)
      rows.push(row(`verify, ${size}, against bare crypto.verify`, ours, bareVerify));
    const root = parseXml(bytes);
    rows.push(row(`of it: parse, ${size}`, await cpuMs(times, () => void parseXml(bytes)), ours));
    rows.push(
      row(
        `of it: c14n and SHA-256 of all of it, ${size}`,
        await cpuMs(times, () => void createHash('sha256').update(canonicalize(root)).digest()),
        ours,
      ),
    );
    // Enough runs to be compiled, few enough to end: xml-crypto's time grows faster than the message.
    const theirTimes = Math.max(1, Math.round(300_000 / contentBytes));
    const theirs = await cpuMs(theirTimes, () => void verifyWithXmlCrypto(text, publicPem));
    rows.push(row(`verify, ${size}, against xml-crypto`, ours, theirs));
  }
  return rows;
}

function row(name: string, value: number, floor: number): BenchRow {
  return {
    bench,
    case: name,
    value: round(value),
    unit: 'ms cpu',
    floor: round(floor),
    ratio: round(value / floor),
  };
}

const round = (figure: number) => Number(figure.toPrecision(4));
const kilobytes = (bytes: number) => `${(bytes / 1000).toFixed(1)} KB`;

function messageOf(contentBytes: number, now: number): OutgoingEnvelope {
  const person = (i: number) =>
    `<c:person><c:nid>J0010199${i % 10}W</c:nid><c:givenName>Gëzim ${i}</c:givenName>` +
    `<c:familyName>Hoxha</c:familyName><c:dateOfBirth>1990-01-01</c:dateOfBirth></c:person>`;
  let content = '';
  for (let i = 0; content.length < contentBytes - 200; i++) {
    // What makes messages large are attached documents: every tenth element is one.
    content += i % 10 === 9 ? `<c:document>${'QUJD'.repeat(contentBytes / 80)}</c:document>` : person(i);
  }
  return {
    soapVersion: '1.1',
    bodyContent: `<c:answer xmlns:c="urn:civil">${content}</c:answer>`,
    to: 'https://civil.example/service',
    action: 'urn:civil/FamilyComposition',
    messageId: 'urn:uuid:0195f7a0-0000-7000-8000-000000000001',
    createdAt: now,
  };
}

/** CPU milliseconds of one run, the best of three rounds after a warm-up: what is above it is the machine's noise. */
async function cpuMs(times: number, run: () => void | Promise<void>): Promise<number> {
  for (let i = 0; i < Math.min(times, 200); i++) await run();
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 3; round++) {
    const before = process.cpuUsage();
    for (let i = 0; i < times; i++) await run();
    const used = process.cpuUsage(before);
    best = Math.min(best, (used.user + used.system) / 1000 / times);
  }
  return best;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  console.table(await measureSigning(), ['case', 'value', 'unit', 'floor', 'ratio']);
}
