import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import { readTrustedKeyFile } from '../../src/signing/key-files.js';
import {
  eventProfileNames,
  modifierNames,
  openRestProfile,
  openSoapProfile,
  type RestChoice,
  restProfileNames,
  type SoapChoice,
  soapProfileNames,
} from '../../src/signing/profiles/index.js';
import { requirePeer, requireSamePartner } from '../../src/signing/profiles/mtls.js';
import { SignatureRefused } from '../../src/signing/refusals.js';
import type { Signer, TrustedKey } from '../../src/signing/signer.js';
import { verifyEnvelope } from '../../src/signing/xml/verify-envelope.js';
import { createVerifyPool, type VerifyPool } from '../../src/signing/xml/verify-in-worker.js';
import { Seen } from '../signing/profiles/seen.js';
import { projectFiles, read, root } from './documents.js';

const made = JSON.parse(read('docs/messages/made.json')) as { at: string; requestId: string };
const now = Date.parse(made.at);
const requestId = `urn:uuid:${made.requestId}`;
const anonymous = 'http://www.w3.org/2005/08/addressing/anonymous';
const actionStem = 'urn:al:ura:registry:civil:v1/GetFamilyComposition';

interface HttpExchange {
  readonly request: { method: string; targetUri: string; headers: Record<string, string>; body: string };
  readonly answer: { status: number; headers: Record<string, string>; body: string };
}

/** Nobody's private key is here. */
const verifiesOnly: Signer = {
  keyId: 'none',
  algorithm: 'ecdsa-p256-sha256',
  sign: () => Promise.reject(new Error('signs nothing')),
};

function message<Type>(file: string): Type {
  return JSON.parse(read(`docs/messages/${file}`)) as Type;
}

function raw(headers: Readonly<Record<string, string>>): string[] {
  return Object.entries(headers).flat();
}

describe('the messages of each profile that docs/signing.md explains', () => {
  let keys: Readonly<Record<'gateway' | 'gatewayWss' | 'civil', TrustedKey>>;

  before(async () => {
    const key = (file: string, partner: string) =>
      readTrustedKeyFile(join(root, 'docs', 'messages', file), { partner });
    keys = {
      gateway: await key('gateway-http.public.jwk.json', 'gateway'),
      gatewayWss: await key('gateway-wss.cert.pem', 'gateway'),
      civil: await key('civil-wss.cert.pem', 'civil'),
    };
  });

  /** The client's side and the gateway's, each with nothing but the other's public key. */
  const sides = async (choice: RestChoice, client: string, asking = choice) => {
    const file = `${client}.public.jwk.json`;
    const clientKey = await readTrustedKeyFile(join(root, 'docs', 'messages', file), { partner: client });
    const open = (one: RestChoice, trusted: TrustedKey) =>
      openRestProfile(one, {
        signer: verifiesOnly,
        trusted: [trusted],
        replaySet: new Seen(),
        clock: { now: () => now },
      });
    return { gateway: open(choice, clientKey), client: open(asking, keys.gateway) };
  };
  const verifyBoth = async (file: string, { gateway, client }: Awaited<ReturnType<typeof sides>>) => {
    const { request, answer } = message<HttpExchange>(file);
    const received = { ...request, headers: raw(request.headers), body: Buffer.from(request.body) };
    const verified = await gateway.verifyRequest(received);
    const { messageId, bodySha256 } = verified;
    const sent = { messageId, fields: request.headers, bodySha256 };
    const answered = { ...answer, headers: raw(answer.headers), body: Buffer.from(answer.body) };
    await client.verifyAnswer(answered, sent);
    const changed = { ...received, body: Buffer.from(request.body.replace('e.hoxha', 'e.hoxhi')) };
    await assert.rejects(gateway.verifyRequest(changed), SignatureRefused);
    await assert.rejects(
      client.verifyAnswer({ ...answered, body: Buffer.from('{}') }, sent),
      SignatureRefused,
    );
    return { verified, sent, answered };
  };

  it('modi-rest: a request and its answer', async () => {
    const profile = { profile: 'modi-rest', issuer: 'ura' } as const;
    const asking = { profile: 'modi-rest', issuer: 'oss-vlore', partnerIssuer: 'ura' } as const;
    const { verified } = await verifyBoth('modi-rest.json', await sides(profile, 'oss-vlore', asking));
    assert.equal(verified.partner, 'oss-vlore');
    assert.ok(read('docs/signing.md').includes(`"jti": "${verified.messageId}"`));
  });

  it('jws-detached: a request and its answer', async () => {
    const both = await sides({ profile: 'jws-detached' }, 'oss-berat');
    const { verified } = await verifyBoth('jws-detached.json', both);
    assert.equal(verified.partner, 'oss-berat');
    assert.ok(read('docs/signing.md').includes(`"jti": "${verified.messageId}"`));
  });

  it('mtls: a request over the connection of its client', async () => {
    const { verified } = await verifyBoth('mtls.json', await sides({ profile: 'http-sig' }, 'oss-durres'));
    const { peerCertificateSha256: certificateSha256 } = message<{ peerCertificateSha256: string }>(
      'mtls.json',
    );
    const certificate = new X509Certificate(read('docs/messages/oss-durres-tls.cert.pem'));
    const pinned = [{ partner: 'oss-durres', certificateSha256 }];
    requireSamePartner(requirePeer(certificate, pinned, now), verified);
    const another = new X509Certificate(read('docs/messages/civil-wss.cert.pem'));
    assert.throws(() => requirePeer(another, pinned, now), SignatureRefused);
  });

  it('nonrepudiation: the repetition is the same message and has the same answer', async () => {
    await verifyBoth('nonrepudiation.json', await sides({ profile: 'http-sig' }, 'oss-korce'));
    const { again, request, answer } = message<HttpExchange & { again: HttpExchange }>('nonrepudiation.json');
    assert.deepEqual(again, { request, answer });
  });

  it('wss-x509-auth: a question without a signed body', () => {
    const bytes = Buffer.from(read('docs/messages/wss-x509-auth.xml'));
    const expected = {
      soapVersion: '1.1',
      to: 'urn:al:ura:registry:civil',
      actions: [actionStem],
      keys: [keys.gatewayWss],
      now,
    } as const;
    assert.throws(
      () => verifyEnvelope(bytes, expected),
      (error) => error instanceof SignatureRefused && error.code === 'coverage-body',
    );
    assert.equal(verifyEnvelope(bytes, { ...expected, bodyMayBeUnsigned: true }).messageId, requestId);
  });

  describe('answers by the other profiles of SOAP', () => {
    let pool: VerifyPool;
    before(() => {
      pool = createVerifyPool();
    });
    after(() => pool.close());

    const accept = (choice: SoapChoice, file: string, used: string[] = []) =>
      openSoapProfile(choice, {
        signer: verifiesOnly,
        trusted: [keys.civil],
        replaySet: new Seen(),
        clock: { now: () => now },
        pool,
        onLegacyUse: ({ messageId }) => used.push(messageId),
      }).verifyAnswer(Buffer.from(read(`docs/messages/${file}`)), {
        soapVersion: '1.1',
        to: anonymous,
        actions: [`${actionStem}Response`],
        relatesTo: requestId,
        requestBytes: Buffer.from(read('docs/messages/soap-request.xml')),
      });
    const refuses = (choice: SoapChoice, file: string, code: string) =>
      assert.rejects(
        accept(choice, file),
        (error) => error instanceof SignatureRefused && error.code === code,
      );

    it('wss-signature-confirmation: confirms the signature of just this question', async () => {
      await accept({ profile: 'wss-signature-confirmation' }, 'wss-signature-confirmation.xml');
      await refuses({ profile: 'wss-signature-confirmation' }, 'soap-answer.xml', 'confirmation-absent');
      const confirmed = /SignatureConfirmation [^>]*Value="([^"]+)"/.exec(
        read('docs/messages/wss-signature-confirmation.xml'),
      )?.[1] as string;
      assert.ok(read('docs/messages/soap-request.xml').includes(`<ds:SignatureValue>${confirmed}<`));
      assert.ok(read('docs/signing.md').includes(confirmed.slice(0, 40)));
    });

    it('wss-legacy-sha1: is accepted where it is switched on, with an alarm, and nowhere else', async () => {
      const used: string[] = [];
      await accept({ profile: 'wss-legacy-sha1', enabled: true }, 'wss-legacy-sha1.xml', used);
      assert.equal(used.length, 1);
      await refuses({ profile: 'wss-x509-integrity' }, 'wss-legacy-sha1.xml', 'signature-algorithm');
    });
  });

  it('are one for each profile, and docs/signing.md has a section about it', () => {
    const files: Readonly<Record<string, string>> = {
      'http-sig': 'http-exchange.json',
      'wss-x509-integrity': 'soap-request.xml',
      'wss-x509-auth': 'wss-x509-auth.xml',
      'kafka-event': 'event.json',
    };
    const text = read('docs/signing.md');
    for (const name of [...soapProfileNames, ...restProfileNames, ...eventProfileNames, ...modifierNames]) {
      const file =
        files[name] ?? [`${name}.json`, `${name}.xml`].find((one) => text.includes(`messages/${one}`));
      assert.ok(file && text.includes(`messages/${file}`), `${name}: no message`);
      assert.match(text, new RegExp(`^## .*\`${name}\``, 'm'), `${name}: no section`);
    }
    const refusalTables = projectFiles().filter((path) => /^src\/signing\/.*refusals\.ts$/.test(path));
    for (const table of refusalTables) assert.ok(text.includes(table), table);
  });
});
