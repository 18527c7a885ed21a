import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { openRestProfile, type RestChoice, type RestProfile } from '../../../src/signing/profiles/index.js';
import { SignatureRefused } from '../../../src/signing/refusals.js';
import { makeKey, type SigningKey } from '../../signing/http-sig/signing-keys.js';
import { makeRestParties } from '../../signing/profiles/rest-parties.js';
import { Seen } from '../../signing/profiles/seen.js';
import { familyRequest } from '../../support/stack.js';
import { headerVectors } from '../modi-rest/header-vectors.js';
import { messageVectors } from '../modi-rest/message-vectors.js';
import { deliver, makeWorld, now, service, write } from '../modi-rest/world.js';
import { ids, jwsVectors, makeExchange } from '../profiles/jws-vectors.js';
import { crossVectors, type Parties } from './cross-profile-vectors.js';
import { overHttp, post, refusalOf } from './over-http.js';
import { type ClientsStack, startWithClients } from './profile-clients.js';

/** What the API decides before the profile is asked, because the whole of HTTP is there. */
const decidedEarlier: Readonly<Record<string, string>> = {
  'content-encoding added': 'unsupported-media-type',
  'no token': 'signature-missing',
  'no JWS': 'signature-missing',
};
/** Their change is one of the receiver: its clock, its keys, the address it is known by. Those are in the suites
 *  of the profiles; here the receiver is the gateway. */
const ofTheReceiver = ['pinned', 'nowMs', 'isRevoked', 'targetUri', 'method'];

const made = await makeWorld();
// The gateway names a key that is pinned as a certificate by its thumbprint.
const thumbprint = hash('sha256', made.gateway.certificate.raw);
const pin = { ...made.gatewayKey.trusted, keyId: thumbprint };
const world = {
  ...made,
  gatewayKey: { ...made.gatewayKey, trusted: pin, signer: { ...made.gatewayKey.signer, keyId: thumbprint } },
};
const modiVectors = [...headerVectors, ...messageVectors].filter(([, , , change]) => {
  const honest = Object.entries(write(world, () => ({})));
  const changed = write(world, change) as unknown as Record<string, unknown>;
  return (
    honest.every(([name, value]) => !ofTheReceiver.includes(name) || changed[name] === value) &&
    !changed.isRevoked
  );
});
const jwsRequests = jwsVectors.filter(([row]) => row === 'Requests');

describe('attacks on the API by clients that do not sign by http-sig', function () {
  this.timeout(60_000);
  const rows: string[] = [];
  let refused = 0;
  let clients: ClientsStack;
  let receiver: Pick<RestProfile, 'verifyRequest'>;
  let parties: Parties;
  let stored: unknown;
  const jws = makeRestParties();
  const plain = makeKey('ecdsa-p256-sha256', 'oss-plain', 'oss-plain-1');

  before(async () => {
    const modi: RestChoice = { profile: 'modi-rest', issuer: 'ura', ownAudiences: [service] };
    clients = await startWithClients(
      [
        { id: 'oss-modi', key: pin, profile: { ...modi, partnerIssuer: 'gateway' } },
        { id: 'oss', key: world.other.trusted, profile: modi },
        { id: 'oss-jws', key: jws.gatewayKey.trusted, profile: 'jws-detached' },
        { id: 'oss-plain', key: plain.trusted },
      ],
      // The vectors were made at `now`, long ago when all suites run; and some are about single seconds.
      { clock: { now: () => now } },
    );
    const { stack } = clients;
    receiver = overHttp(stack);
    jws.clock.nowMs = now;
    parties = { modi: world.gatewayKey, jws: jws.gatewayKey, plain, sign, stack };
    stored = await count();
  });
  after(async () => {
    await clients.stop();
    console.log(`\n${rows.join('\n')}\n\nattack vectors: ${rows.length} refused: ${refused}`);
  });

  const count = async () => {
    const { rows: tables } = await clients.stack.database.query(
      `select (select count(*)::integer from requests) as requests,
         (select count(*)::integer from idempotency_keys) as keys,
         (select count(*)::integer from evidence) as evidence`,
    );
    return tables[0];
  };

  /** An honest message by any profile and key, as raw fields. */
  async function sign(choice: RestChoice, key: SigningKey, body: Buffer, messageId: string) {
    const profile = openRestProfile(choice, {
      signer: key.signer,
      trusted: [],
      replaySet: new Seen(),
      clock: { now: () => now },
    });
    const targetUri = `${clients.stack.gateway.url}/v1/requests`;
    const contentType = 'application/json';
    const { fields } = await profile.signRequest({ messageId, method: 'POST', targetUri, contentType, body });
    return ['Content-Type', contentType, ...Object.entries(fields).flat()];
  }

  async function judge(row: string, name: string, code: string, attempt: Promise<unknown>): Promise<void> {
    const outcome = await attempt.then(
      () => 'ACCEPTED',
      (error: unknown) => (error instanceof SignatureRefused ? error.code : `FAILED ${String(error)}`),
    );
    rows.push(`${row.padEnd(18)} ${name.padEnd(64)} ${outcome}`);
    assert.equal(outcome, code);
    refused++;
  }

  it('start from messages whose signature is accepted', async () => {
    const honest = write(world, ({ claims }) => ({ claims: { ...claims, jti: ids[2] } }));
    const { partner } = (await deliver(receiver, honest, world)) as { partner: string };
    assert.equal(partner, 'oss-modi');
    const exchange = makeExchange(jws, receiver.verifyRequest);
    assert.equal(
      (await exchange.registry.verifyRequest(exchange.request({ jti: ids[1] }))).partner,
      'oss-jws',
    );
  });

  it('are most of those of the profiles themselves', () => {
    assert.ok(modiVectors.length > 110, `${modiVectors.length}`);
    assert.ok(jwsRequests.length > 25, `${jwsRequests.length}`);
    const names = [...modiVectors, ...jwsRequests, ...crossVectors].map(([row, name]) => `${row}/${name}`);
    assert.equal(new Set(names).size, names.length - namesInBoth().length);
  });
  /** Both suites have a row of this name, for their own profile each. */
  const namesInBoth = () => modiVectors.filter(([a, b]) => jwsRequests.some(([c, d]) => a === c && b === d));

  for (const [row, name, code, change] of modiVectors) {
    const expected = decidedEarlier[name] ?? code;
    it(`modi-rest, ${row}: refuses ${name} with ${expected}`, () =>
      judge(`modi ${row}`, name, expected, deliver(receiver, write(world, change), world)));
  }

  for (const [, name, code, attack] of jwsRequests) {
    const expected = decidedEarlier[name] ?? code;
    it(`jws-detached: refuses ${name} with ${expected}`, () =>
      judge('jws-detached', name, expected, attack(makeExchange(jws, receiver.verifyRequest))));
  }

  for (const [row, name, code, make] of crossVectors) {
    it(`${row}: refuses ${name} with ${code}`, async () => {
      const body = Buffer.from(JSON.stringify(familyRequest(clients.stack.people.widow)));
      const headers = await make(parties, body);
      await judge(row, name, code, receiver.verifyRequest({ method: 'POST', targetUri: '-', headers, body }));
    });
  }

  it('are turned away with one text, whatever the reason', async () => {
    const body = Buffer.from('{}');
    const texts = new Set<string>();
    for (const choice of [{ profile: 'jws-detached' }, { profile: 'http-sig' }] as const) {
      const headers = await sign(choice, world.gatewayKey, body, ids[0]);
      const answer = await post(clients.stack, { headers, body });
      assert.notEqual(await refusalOf(clients.stack, answer), 'signature-refused');
      const { requestId: _, ...problem } = JSON.parse(answer.body.toString()) as Record<string, unknown>;
      texts.add(JSON.stringify([answer.status, problem]));
    }
    assert.equal(texts.size, 1);
  });

  it('stored nothing', async () => {
    assert.deepEqual(await count(), stored);
  });

  it('left the same clients able to ask, each by its own profile', async () => {
    const { stack } = clients;
    const body = Buffer.from(JSON.stringify(familyRequest(stack.people.widow)));
    const modi: RestChoice = { profile: 'modi-rest', issuer: 'gateway', audience: service };
    const own: [RestChoice, SigningKey, string][] = [
      [modi, world.gatewayKey, 'agid-jwt-signature'],
      [{ profile: 'jws-detached' }, jws.gatewayKey, 'x-jws-signature'],
      [{ profile: 'http-sig' }, plain, 'signature'],
    ];
    for (const [choice, key, field] of own) {
      const messageId = `own-message-of-${choice.profile}`;
      const answer = await post(stack, { headers: await sign(choice, key, body, messageId), body });
      assert.equal(answer.status, 202, answer.body.toString());
      const signatures = Object.keys(answer.headers).filter((name) =>
        ['signature', 'agid-jwt-signature', 'x-jws-signature'].includes(name),
      );
      assert.deepEqual(signatures, [field], 'the answer is signed by the profile of the question');
    }
  });
});
