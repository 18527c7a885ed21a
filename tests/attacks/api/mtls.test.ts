import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { createHttpTransport, UraClient, UraRefused } from '../../../src/client/index.js';
import { readTrustedKeyFile } from '../../../src/signing/key-files.js';
import { openRestProfile, type RestChoice } from '../../../src/signing/profiles/index.js';
import { repetitionsAllowed } from '../../../src/signing/profiles/nonrepudiation.js';
import { makeKey, type SigningKey } from '../../signing/http-sig/signing-keys.js';
import type { Issued } from '../../support/certificates.js';
import { familyRequest } from '../../support/stack.js';
import { refusalOf } from './over-http.js';
import { type ClientsStack, startWithClients } from './profile-clients.js';
import { makeTlsWorld, sendOverTls, type TlsWorld } from './tls-world.js';

const bound = makeKey('ecdsa-p256-sha256', 'oss-bound', 'oss-bound-1');
const other = makeKey('ecdsa-p256-sha256', 'oss-other', 'oss-other-1');
const free = makeKey('ecdsa-p256-sha256', 'oss-free', 'oss-free-1');
const httpSig: RestChoice = { profile: 'http-sig' };
const jws: RestChoice = { profile: 'jws-detached' };

/** Which certificate is shown, and what has to come of it. */
type Vector = readonly [
  name: string,
  code: string,
  shown: (world: TlsWorld) => Issued | undefined,
  message?: { readonly choice?: RestChoice; readonly key?: SigningKey; readonly change?: Change },
];
type Change = (message: { fields: string[]; body: Buffer }, world: TlsWorld) => void;

const pemField = ({ bound: { certificatePem } }: TlsWorld) => certificatePem.replaceAll('\n', ' ');
const vectors: readonly Vector[] = [
  ['no certificate', 'peer-certificate-absent', () => undefined],
  [
    'no certificate, and it in a header',
    'peer-certificate-absent',
    () => undefined,
    {
      change: ({ fields }, world) =>
        fields.push('X-Client-Cert', pemField(world), 'X-SSL-Client-Verify', 'SUCCESS'),
    },
  ],
  [
    'no certificate, and its thumbprint in a header',
    'peer-certificate-absent',
    () => undefined,
    {
      change: ({ fields }, world) =>
        fields.push('X-Forwarded-Client-Cert', `Hash=${world.bound.certificate.fingerprint256}`),
    },
  ],
  ['a self-signed twin of the certificate', 'peer-certificate-unknown', ({ twin }) => twin],
  ['a certificate of the same name and authority', 'peer-certificate-unknown', ({ unpinned }) => unpinned],
  ["the server's own certificate", 'peer-certificate-unknown', ({ server }) => server],
  ["another client's certificate", 'peer-of-another-partner', ({ others }) => others],
  ['a pinned certificate that is over', 'peer-certificate-not-valid-now', ({ ended }) => ended],
  [
    "one client's certificate, another's signature",
    'peer-of-another-partner',
    (world) => world.bound,
    {
      choice: jws,
      key: other,
    },
  ],
  [
    'jws-detached without a certificate',
    'peer-certificate-absent',
    () => undefined,
    { choice: jws, key: other },
  ],
  [
    'the right certificate, no signature',
    'signature-missing',
    (world) => world.bound,
    {
      change: (message) => message.fields.splice(2),
    },
  ],
  [
    'the right certificate, another body',
    'digest-mismatch',
    (world) => world.bound,
    {
      change: (message) => {
        message.body = Buffer.from(message.body.toString().replace('social-housing', 'economic-aid'));
      },
    },
  ],
  [
    "the right certificate, a stranger's key",
    'keyid-unknown',
    (world) => world.bound,
    {
      key: makeKey('ecdsa-p256-sha256', 'x', 'nobody'),
    },
  ],
];

describe('attacks on clients that are bound to a TLS certificate', function () {
  this.timeout(60_000);
  const rows: string[] = [];
  let refused = 0;
  let world: TlsWorld;
  let clients: ClientsStack;
  let port: number;

  before(async () => {
    world = await makeTlsWorld();
    clients = await startWithClients(
      [
        {
          id: 'oss-bound',
          key: bound.trusted,
          mtls: [world.bound.certificatePem, world.ended.certificatePem],
        },
        { id: 'oss-other', key: other.trusted, profile: jws, mtls: [world.others.certificatePem] },
        { id: 'oss-free', key: free.trusted },
      ],
      { tls: { certificate: world.server.certificatePem, privateKey: world.server.privateKeyPem } },
    );
    port = Number(new URL(clients.stack.gateway.url).port);
  });
  after(async () => {
    await clients.stop();
    console.log(`\n${rows.join('\n')}\n\nattack vectors: ${rows.length} refused: ${refused}`);
  });

  async function signed(choice = httpSig, key = bound): Promise<{ fields: string[]; body: Buffer }> {
    const body = Buffer.from(JSON.stringify(familyRequest(clients.stack.people.widow)));
    const contentType = 'application/json';
    const { fields } = await openRestProfile(choice, {
      signer: key.signer,
      trusted: [],
      replaySet: repetitionsAllowed,
      clock: { now: Date.now },
    }).signRequest({
      messageId: randomUUID(),
      method: 'POST',
      targetUri: `https://localhost:${port}/v1/requests`,
      contentType,
      body,
    });
    return { fields: ['Content-Type', contentType, ...Object.entries(fields).flat()], body };
  }
  function bytesOf({ fields, body }: { fields: readonly string[]; body: Buffer }): Buffer {
    const pairs = ['Host', `localhost:${port}`, 'Idempotency-Key', randomUUID(), ...fields];
    let head = `POST /v1/requests HTTP/1.1\r\nContent-Length: ${body.length}\r\n`;
    for (let at = 0; at < pairs.length; at += 2) head += `${pairs[at]}: ${pairs[at + 1]}\r\n`;
    return Buffer.concat([Buffer.from(`${head}\r\n`, 'latin1'), body]);
  }
  async function send(own: Issued | undefined, bytes: Buffer) {
    const answer = await sendOverTls(port, world, own, bytes);
    assert.ok(answer, 'closed without an answer');
    return answer;
  }

  it('start from messages that are accepted', async () => {
    assert.equal((await send(world.bound, bytesOf(await signed()))).status, 202);
    assert.equal((await send(world.others, bytesOf(await signed(jws, other)))).status, 202);
    assert.equal((await send(undefined, bytesOf(await signed(httpSig, free)))).status, 202, 'it needs none');
    assert.equal(
      (await send(world.twin, bytesOf(await signed(httpSig, free)))).status,
      202,
      'nor does one harm',
    );
  });

  for (const [name, code, shown, { choice, key, change } = {}] of vectors) {
    it(`refuses ${name} with ${code}`, async () => {
      const message = await signed(choice, key);
      change?.(message, world);
      const answer = await send(shown(world), bytesOf(message));
      const outcome = (await refusalOf(clients.stack, answer)) ?? 'ACCEPTED';
      rows.push(`mtls               ${name.padEnd(64)} ${outcome}`);
      assert.equal(outcome, code);
      assert.equal(answer.status, 401);
      assert.doesNotMatch(answer.body.toString(), /certificate|peer|tls/i, 'nothing of it is told');
      refused++;
    });
  }

  it('burn no message: caught on the way and sent over another connection first, it is still good', async () => {
    const bytes = bytesOf(await signed());
    assert.equal((await send(world.others, bytes)).status, 401);
    assert.equal((await send(undefined, bytes)).status, 401);
    assert.equal((await send(world.bound, bytes)).status, 202);
    assert.equal((await send(world.bound, bytes)).status, 409);
  });

  it('the SDK gets through with its certificate, and not without', async () => {
    const gatewayKeys = [
      await readTrustedKeyFile(`${clients.stack.variables.URA_DATA}/keys/gateway-http.public.jwk.json`, {
        partner: 'gateway',
      }),
    ];
    const speak = (own?: Issued) =>
      new UraClient({
        gateway: `https://localhost:${port}`,
        signer: bound.signer,
        gatewayKeys,
        http: createHttpTransport({
          certificateAuthority: world.authority.certificate.toString('pem'),
          ...(own && {
            clientCertificate: { certificate: own.certificatePem, privateKey: own.privateKeyPem },
          }),
        }),
      });
    const good = speak(world.bound);
    assert.ok((await good.services()).length > 0);
    good.close();
    const bare = speak();
    await assert.rejects(
      bare.services(),
      (error) => error instanceof UraRefused && error.code === 'signature-refused',
    );
    bare.close();
  });
});
