import assert from 'node:assert/strict';
import { EventRefused, readWebhook } from '../../src/client/index.js';
import { signRequest } from '../../src/signing/http-sig/index.js';
import { makeKey } from '../signing/http-sig/signing-keys.js';

const gateway = makeKey('ecdsa-p256-sha256', 'gateway', 'gateway-2026');
const stranger = makeKey('ecdsa-p256-sha256', 'stranger', 'gateway-2026');
const now = Date.UTC(2026, 2, 2, 9, 0, 1);
const url = 'https://counters.adisa.example/webhooks';
const id = '0199a1f2-6c3e-7d41-9a5b-3f2c1d0e4d11';
const event = {
  specversion: '1.0',
  id: '0199a1f2-7f00-7a01-8c22-5d6e7f8091a1',
  source: 'https://ura.example/',
  type: 'ura.application.state.v1',
  subject: id,
  datacontenttype: 'application/json',
  data: {
    applicationId: id,
    caseId: 'AD-2026-000117',
    municipality: '20',
    origin: 'AD',
    service: 'AL020401',
    state: 'in-review',
    officer: { organisation: 'Bashkia Divjakë', officer: 'e.hoxha', unit: 'OSS' },
    reportedAt: '2026-03-02T09:00:00.412Z',
  },
};

interface Change {
  readonly event?: object;
  readonly data?: object;
  readonly body?: Buffer;
  readonly key?: typeof gateway;
  readonly target?: string;
  readonly method?: string;
  readonly contentType?: string;
}

/** A call as the gateway makes it. */
async function call(change: Change = {}) {
  const { method = 'POST', contentType = 'application/cloudevents+json', target = url } = change;
  const data = { ...event.data, ...change.data };
  const body = change.body ?? Buffer.from(JSON.stringify({ ...event, data, ...change.event }));
  const { signer } = change.key ?? gateway;
  const fields = await signRequest({ method, targetUri: target, contentType, body }, signer, {
    now,
    nonce: 'nonce-1234567890',
  });
  const headers = Object.entries({ 'Content-Type': contentType, ...fields }).flat();
  return { method, targetUri: url, headers, body };
}

describe('a webhook call of the gateway', () => {
  const read = (request: Awaited<ReturnType<typeof call>>, at = now) =>
    readWebhook(request, { gatewayKeys: [gateway.trusted], clock: { now: () => at } });
  function refusal(request: Awaited<ReturnType<typeof call>>, at?: number): string {
    try {
      read(request, at);
    } catch (error) {
      if (error instanceof EventRefused) return `${error.code} ${error.where}`.trim();
      throw error;
    }
    return 'accepted';
  }

  it('is read when the gateway signed it for this address', async () => {
    const { id: eventId, type, subject, value, keyId } = read(await call());
    assert.deepEqual([eventId, type, subject, keyId], [event.id, event.type, id, gateway.trusted.keyId]);
    assert.deepEqual(value, event.data);
  });

  it('is refused when somebody else signed it, or for another address, method or time', async () => {
    assert.equal(refusal(await call({ key: stranger })), 'signature-mismatch');
    assert.equal(refusal(await call({ target: 'https://elsewhere.example/webhooks' })), 'signature-mismatch');
    assert.equal(refusal({ ...(await call({ method: 'PUT' })), method: 'POST' }), 'signature-mismatch');
    assert.equal(refusal(await call({ method: 'PUT' })), 'event-value body');
    assert.notEqual(refusal(await call(), now + 3_600_000), 'accepted');
  });

  it('is refused when a word of it was changed, or its signature was taken away', async () => {
    const good = await call();
    const body = Buffer.from(good.body.toString().replace('in-review', 'approved_'));
    assert.equal(refusal({ ...good, body }), 'digest-mismatch sha-256');
    const headers = good.headers.map((word) => (word === 'signature' ? 'x-signature' : word));
    assert.equal(refusal({ ...good, headers }), 'signature-missing');
    assert.equal(refusal({ ...good, body: Buffer.alloc(0) }), 'event-value body');
  });

  const wrong: readonly [string, Change, string][] = [
    ['of another content type', { contentType: 'application/json' }, 'event-header content-type'],
    ['of another version of CloudEvents', { event: { specversion: '0.3' } }, 'event-header specversion'],
    ['without an id', { event: { id: undefined } }, 'event-header id'],
    ['of another kind', { event: { type: 'ura.request.answered.v1' } }, 'event-header type'],
    ['about another application', { event: { subject: 'x' } }, 'event-inconsistent applicationId'],
    ['without data', { event: { data: 'text' } }, 'event-value data'],
    ['without a state', { data: { state: 7 } }, 'event-value state'],
    ['that is no JSON', { body: Buffer.from('{') }, 'event-value JSON'],
    ['that is no object', { body: Buffer.from('1') }, 'event-value object'],
  ];
  for (const [what, change, code] of wrong) {
    it(`is refused ${what}`, async () => {
      assert.equal(refusal(await call(change)), code);
    });
  }
});
