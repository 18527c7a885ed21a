import assert from 'node:assert/strict';
import { UraAnswerUntrusted, UraClient } from '../../src/client/index.js';
import { signResponse } from '../../src/signing/http-sig/index.js';
import { makeKey } from '../signing/http-sig/signing-keys.js';
import {
  answer,
  gatewayKey,
  municipality,
  type SigningGateway,
  startGateway,
  unsigned,
} from './signing-gateway.js';

const id = '0199a1f2-6c3e-7d41-9a5b-3f2c1d0e4b5a';
const resource = { id, state: 'accepted', caseId: 'DIV-2026-000124' };
const problem = { type: 'urn:ura:problem:x', title: 'x', detail: 'd', requestId: id };

describe('client/signed-call, on whose word it relies', function () {
  this.timeout(20_000);
  let gateway: SigningGateway;
  let client: UraClient;

  beforeEach(async () => {
    gateway = await startGateway();
    client = new UraClient({
      gateway: gateway.origin,
      signer: municipality.signer,
      gatewayKeys: [gatewayKey.trusted],
    });
  });

  afterEach(async () => {
    client.close();
    await gateway.close();
  });

  it('says of an unsigned refusal that nobody vouches for it', async () => {
    for (const [status, code] of [
      [401, 'signature-refused'],
      [409, 'message-replayed'],
      [413, 'body-too-large'],
      [429, 'too-many-requests'],
    ] as const) {
      gateway.behave(unsigned(status, { ...problem, code }, { 'retry-after': '7' }));
      await assert.rejects(client.get(id), {
        name: 'UraRefused',
        status,
        code,
        verified: false,
        retryAfterSeconds: 7,
      });
    }
    gateway.behave(unsigned(502, '<html>'));
    await assert.rejects(client.get(id), { status: 502, code: 'unknown', verified: false });
  });

  it('does not believe a refusal that only the gateway itself can give, unless it is signed', async () => {
    for (const [status, code] of [
      [403, 'not-granted'],
      [404, 'unknown-request'],
      [409, 'not-cancellable'],
      [422, 'idempotency-key-reused'],
    ] as const) {
      gateway.behave(unsigned(status, { ...problem, code }));
      await assert.rejects(client.get(id), { name: 'UraAnswerUntrusted', reason: 'signature-missing' }, code);
      gateway.behave(answer(status, { ...problem, code }));
      await assert.rejects(client.get(id), { name: 'UraRefused', code, verified: true }, code);
    }
  });

  it('does not use an answer that is not the signed answer to its own request', async () => {
    const cases: [string, Parameters<SigningGateway['behave']>[0]][] = [
      ['signature-missing', unsigned(200, resource)],
      ['redirect', (_, response) => void response.writeHead(307, { location: '/elsewhere' }).end()],
      ['compressed', answer(200, resource, { 'content-encoding': 'gzip' })],
      [
        'not-json',
        async ({ verified }, response) => {
          const body = Buffer.from('<html>');
          const now = Date.now();
          const signed = await signResponse({ status: 200, body }, verified.signature, gatewayKey.signer, {
            now,
          });
          response.writeHead(200, { ...signed }).end(body);
        },
      ],
      [
        'signature-mismatch',
        async (_, response) => {
          const body = Buffer.from('{}');
          const other = { label: 'ura', value: `:${Buffer.alloc(64).toString('base64')}:` };
          const signed = await signResponse({ status: 200, body }, other, gatewayKey.signer, {
            now: Date.now(),
          });
          response.writeHead(200, { ...signed }).end(body);
        },
      ],
      [
        'signature-mismatch',
        async ({ verified }, response) => {
          const body = Buffer.from('{}');
          const { signer } = makeKey('ed25519', 'gateway', 'gateway-2026');
          const signed = await signResponse({ status: 200, body }, verified.signature, signer, {
            now: Date.now(),
          });
          response.writeHead(200, { ...signed }).end(body);
        },
      ],
      [
        'digest-mismatch',
        async ({ verified }, response) => {
          const body = Buffer.from('{"amount":100}');
          const now = Date.now();
          const signed = await signResponse({ status: 200, body }, verified.signature, gatewayKey.signer, {
            now,
          });
          response.writeHead(200, { ...signed }).end('{"amount":666}');
        },
      ],
    ];
    for (const [reason, behaviour] of cases) {
      gateway.behave(behaviour);
      await assert.rejects(client.get(id), (error) => {
        assert.ok(error instanceof UraAnswerUntrusted, String(error));
        assert.equal(error.reason, reason);
        return true;
      });
    }
    assert.equal(gateway.received.length, cases.length);
  });
});
