import { once } from 'node:events';
import { copyFileSync, writeFileSync } from 'node:fs';
import { request as ask } from 'node:https';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { openOwnClient } from '../../src/cli/own-client.js';
import {
  type HttpTransport,
  type RequestDraft,
  TransportFailure,
  UraClient,
} from '../../src/client/index.js';
import { createEvidenceStore } from '../../src/evidence/evidence-store.js';
import { createEventSource } from '../../src/kafka/consumer.js';
import { fileSigner } from '../../src/signing/file-signer.js';
import { readPrivateKeyFile, readTrustedKeyFile } from '../../src/signing/key-files.js';
import { openSoapProfile, type RestChoice } from '../../src/signing/profiles/index.js';
import { repetitionsAllowed } from '../../src/signing/profiles/nonrepudiation.js';
import { createVerifyPool } from '../../src/signing/xml/verify-in-worker.js';
import { startWithClients } from '../attacks/api/profile-clients.js';
import { makeTlsWorld } from '../attacks/api/tls-world.js';
import { makeKey, type SigningKey } from '../signing/http-sig/signing-keys.js';
import { toSha1 } from '../signing/profiles/resign-envelope.js';
import { mochaGlobalSetup, mochaGlobalTeardown } from '../support/servers.js';
import { waitFor } from '../support/wait-for.js';
import { root } from './documents.js';
import { makeSubmission } from './make-submission.js';

// Makes docs/messages/ anew: `node dist/tests/docs/make-messages.js`. What docs/signing.md quotes has to follow.

const origin = 'https://ura.example';
const at = (name: string) => join(root, 'docs', 'messages', name);
const keep = (name: string, content: object | Uint8Array) =>
  writeFileSync(
    at(name),
    content instanceof Uint8Array ? content : `${JSON.stringify(content, undefined, 2)}\n`,
  );
const party = (id: string) => makeKey('ecdsa-p256-sha256', id, id);
const modi = party('oss-vlore');
const jws = party('oss-berat');
const kept = party('oss-korce');
const bound = party('oss-durres');
const overKafka = party('oss-kruje');
const draft: RequestDraft = {
  service: 'AL012031',
  subject: { scheme: 'NID', notation: 'J96126911C' },
  purpose: 'social-housing',
  legalBasis: 'Ligji 22/2018 për strehimin social, neni 26',
  requester: { organisation: 'Bashkia Divjakë', officer: 'e.hoxha', unit: 'Zyra me një ndalesë' },
  caseId: 'DIV-2026-0412',
  requestedFields: ['head.givenName', 'asOf'],
};

await mochaGlobalSetup();
const tls = await makeTlsWorld();
const { certificatePem: certificate, privateKeyPem: privateKey } = tls.server;
const { stack, stop } = await startWithClients(
  [
    { id: 'oss-vlore', key: modi.trusted, profile: { profile: 'modi-rest', issuer: 'ura' } },
    { id: 'oss-berat', key: jws.trusted, profile: 'jws-detached' },
    { id: 'oss-korce', key: kept.trusted, nonrepudiation: true },
    { id: 'oss-durres', key: bound.trusted, mtls: [tls.bound.certificatePem] },
  ],
  { tls: { certificate, privateKey }, publicOrigin: origin, people: 2000 },
);
const { gatewayKeys, signer } = await openOwnClient(stack.variables, { municipality: '20' });

interface Recorded {
  readonly request: { method: string; targetUri: string; headers: Record<string, string>; body: string };
  readonly answer: { status: number; headers: Record<string, string>; body: string };
}

/** To the public origin, wherever that is; remembers what went over the wire. */
function recording(own?: { cert: string; key: string }, loseFirst = false) {
  const recorded: Recorded[] = [];
  const port = new URL(stack.gateway.url).port;
  const http: HttpTransport = {
    async send({ method, url, headers, body }) {
      const path = url.slice(origin.length);
      const sent = { ...headers, ...(body && { 'content-length': String(body.length) }) };
      const call = ask({
        host: '127.0.0.1',
        port,
        path,
        method,
        servername: 'localhost',
        ca: tls.authority.certificate.toString('pem'),
        headers: { host: new URL(origin).host, ...sent },
        ...own,
      });
      call.end(body);
      const [answer] = await once(call, 'response');
      const bytes = await buffer(answer);
      const received: Record<string, string> = {};
      for (let index = 0; index < answer.rawHeaders.length; index += 2) {
        const name = answer.rawHeaders[index].toLowerCase();
        if (!/^(date|connection|keep-alive)$/.test(name)) received[name] = answer.rawHeaders[index + 1];
      }
      recorded.push({
        request: { method, targetUri: url, headers: sent, body: Buffer.from(body ?? '').toString() },
        answer: { status: answer.statusCode, headers: received, body: bytes.toString() },
      });
      if (loseFirst && recorded.length === 1) throw new TransportFailure('connection-lost');
      return { status: answer.statusCode, rawHeaders: answer.rawHeaders, body: bytes };
    },
    close() {},
  };
  return { http, recorded };
}

async function exchange(
  key: Pick<SigningKey, 'signer'>,
  options: { profile?: RestChoice; nonrepudiation?: boolean; own?: { cert: string; key: string } } = {},
) {
  const { own, ...rest } = options;
  const { http, recorded } = recording(own, rest.nonrepudiation === true);
  const client = new UraClient({ gateway: origin, gatewayKeys, signer: key.signer, http, ...rest });
  const { id } = await client.submit(draft, {
    idempotencyKey: crypto.randomUUID(),
    waitSeconds: 20,
  });
  return { id, client, recorded };
}

// A citizen's question from beginning to end.
const seen: { topic: string; key: string | null; headers: Record<string, string>; value: string }[] = [];
const events = createEventSource({
  brokers: stack.variables.KAFKA_BROKERS as string,
  groupId: `docs-${process.pid}`,
  topics: ['oss.20.results.v1'],
  fromBeginning: true,
});
void events.run(async ({ topic, key, headers, value }) => {
  seen.push({ topic, key, headers: Object.fromEntries(headers), value: Buffer.from(value).toString() });
});
const main = await exchange({ signer });
keep('http-exchange.json', main.recorded[0] as Recorded);
const rows = await createEvidenceStore(stack.database).read(main.id);
const bytesOf = (kind: string) => rows.find((row) => row.kind === kind)?.bytes as Buffer;
keep('soap-request.xml', bytesOf('registry-request'));
keep('soap-answer.xml', bytesOf('registry-answer'));
keep('receipt.json', await main.client.receipt(main.id));
keep(
  'event.json',
  await waitFor(() => seen.find(({ headers }) => headers.ce_subject === main.id), 'the event'),
);
await events.stop();

// The same question by clients of other profiles.
const one = async (
  name: string,
  key: SigningKey,
  options: Parameters<typeof exchange>[1],
  more: object = {},
) => {
  const { recorded } = await exchange(key, options);
  keep(`${name}.json`, { ...more, ...recorded[0] });
  return recorded;
};
await one('modi-rest', modi, {
  profile: { profile: 'modi-rest', issuer: 'oss-vlore', partnerIssuer: 'ura' },
});
await one('jws-detached', jws, { profile: { profile: 'jws-detached' } });
const own = { cert: tls.bound.certificatePem, key: tls.bound.privateKeyPem };
await one(
  'mtls',
  bound,
  { own },
  { peerCertificateSha256: fingerprint(tls.bound.certificate.fingerprint256) },
);
const [first, again] = (await exchange(kept, { nonrepudiation: true })).recorded;
keep('nonrepudiation.json', { ...first, again });
keep('submission.json', await makeSubmission(overKafka, draft, Date.now()));
for (const { trusted } of [modi, jws, kept, bound, overKafka]) {
  const jwk = {
    ...trusted.publicKey.export({ format: 'jwk' }),
    kid: trusted.keyId,
    alg: 'ES256',
    use: 'sig',
  };
  keep(`${trusted.keyId}.public.jwk.json`, jwk);
}
keep('oss-durres-tls.cert.pem', Buffer.from(tls.bound.certificatePem));

// The other profiles of SOAP, by both sides of the exchange above.
const keys = join(stack.variables.URA_DATA as string, 'keys');
const pool = createVerifyPool();
const side = async (name: string, other: string) => {
  const certificatePath = join(keys, `${name}-wss.cert.pem`);
  const key = await readPrivateKeyFile(join(keys, `${name}-wss.key.pem`), { certificatePath });
  const partner = await readTrustedKeyFile(join(keys, `${other}-wss.cert.pem`), { partner: other });
  const parts = {
    signer: fileSigner(key),
    trusted: [partner],
    replaySet: repetitionsAllowed,
    clock: { now: Date.now },
    pool,
  };
  return { key, parts };
};
const gateway = await side('gateway', 'civil');
const civil = await side('civil', 'gateway');
const bodyOf = (xml: Buffer) => /<(\w+):Body[^>]*>(.*)<\/\1:Body>/s.exec(xml.toString())?.[2] as string;
const stem = 'urn:al:ura:registry:civil:v1/GetFamilyComposition';
const messageId = `urn:uuid:${main.id}`;
const question = {
  soapVersion: '1.1',
  bodyContent: bodyOf(bytesOf('registry-request')),
  to: 'urn:al:ura:registry:civil',
  action: stem,
  messageId,
} as const;
keep(
  'wss-x509-auth.xml',
  await openSoapProfile({ profile: 'wss-x509-auth' }, gateway.parts).signRequest(question),
);
const asRegistry = openSoapProfile({ profile: 'wss-signature-confirmation' }, civil.parts);
const verified = await asRegistry.verifyRequest(bytesOf('registry-request'), {
  soapVersion: '1.1',
  to: question.to,
  actions: [stem],
});
const answer = {
  soapVersion: '1.1',
  bodyContent: bodyOf(bytesOf('registry-answer')),
  to: 'http://www.w3.org/2005/08/addressing/anonymous',
  action: `${stem}Response`,
  messageId: `urn:uuid:${crypto.randomUUID()}`,
  relatesTo: messageId,
} as const;
keep('wss-signature-confirmation.xml', await asRegistry.signAnswer(answer, verified));
const modern = await openSoapProfile({ profile: 'wss-x509-integrity' }, civil.parts).signAnswer(
  answer,
  verified,
);
keep('wss-legacy-sha1.xml', Buffer.from(toSha1(Buffer.from(modern).toString(), civil.key.privateKey)));

for (const name of [
  'gateway-wss.cert.pem',
  'civil-wss.cert.pem',
  'gateway-http.public.jwk.json',
  'oss-divjake.public.jwk.json',
]) {
  copyFileSync(join(keys, name), at(name));
}
keep('made.json', { at: new Date().toISOString(), requestId: main.id });
await pool.close();
await stop();
await mochaGlobalTeardown();

function fingerprint(text: string): string {
  return text.replaceAll(':', '').toLowerCase();
}
