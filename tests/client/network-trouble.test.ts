import assert from 'node:assert/strict';
import nock from 'nock';
import { UraClient } from '../../src/client/index.js';
import { gatewayKey, municipality } from './signing-gateway.js';

// Importing nock puts it between every test and the network; it belongs only between these.
nock.restore();

const gateway = 'http://gateway.test:8080';
const draft = {
  service: 'AL012031',
  subject: { scheme: 'NID' as const, notation: 'J00101999W' },
  purpose: 'social-housing',
  legalBasis: 'Ligji 22/2018, neni 26',
  requester: { organisation: 'Bashkia Divjakë', officer: 'a.hoxha', unit: 'Zyra me një ndalesë' },
  caseId: 'DIV-2026-000124',
};

describe('the SDK when the network fails in ways that no server here can', () => {
  let client: UraClient;

  before(() => {
    nock.activate();
    nock.disableNetConnect();
  });

  beforeEach(() => {
    client = new UraClient({
      gateway,
      signer: municipality.signer,
      gatewayKeys: [gatewayKey.trusted],
      pause: async () => {},
    });
  });

  afterEach(() => {
    client.close();
    nock.cleanAll();
  });

  after(() => {
    nock.enableNetConnect();
    nock.restore();
  });

  it('sends a submission again under the same key, signed afresh, when the name does not resolve', async () => {
    const nonces: string[] = [];
    const keys: string[] = [];
    const failure = Object.assign(new Error('getaddrinfo EAI_AGAIN'), { code: 'EAI_AGAIN' });
    nock(gateway)
      .post('/v1/requests')
      .times(3)
      .matchHeader(
        'signature-input',
        (input) => nonces.push(/nonce="([^"]+)"/.exec(String(input))?.[1] ?? '') > 0,
      )
      .matchHeader('idempotency-key', (key) => keys.push(String(key)) > 0)
      .replyWithError(failure);
    await assert.rejects(client.submit(draft, { idempotencyKey: 'the-same-key' }), {
      name: 'UraUnreachable',
      tries: 3,
    });
    assert.equal(new Set(nonces).size, 3);
    assert.deepEqual(new Set(keys), new Set(['the-same-key']));
  });

  it('does not send again what a proxy redirects', async () => {
    nock(gateway).get('/v1/services').reply(302, '', { location: 'http://elsewhere.test/' });
    await assert.rejects(client.services(), { name: 'UraAnswerUntrusted' });
  });
});
