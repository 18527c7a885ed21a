import assert from 'node:assert/strict';
import { ConfigInvalid, readConfig } from '../../src/config/read-config.js';
import { configCopy } from '../support/config-copy.js';

type Json = Record<string, unknown>;

/** Problems of a configuration whose client Divjakë has these settings too; empty when there are none. */
async function problems(client: Json, http: Json = {}): Promise<string> {
  const config = await configCopy({
    'clients/oss-divjake.json': (it) => ({ ...it, ...client }),
    'gateway.json': (it) => ({ ...it, http: { ...(it.http as Json), ...http } }),
  });
  try {
    await readConfig(config.folder, { URA_DATA: '/nowhere' });
    return '';
  } catch (error) {
    assert.ok(error instanceof ConfigInvalid);
    return error.problems.join('\n');
  } finally {
    await config.remove();
  }
}

const tls = { certificate: 'a.pem', privateKey: 'b.pem' };
const modi = { profile: 'modi-rest', issuer: 'ura' };

describe('the security profile in the settings of a client', () => {
  for (const [name, client, http] of [
    ['none', {}],
    ['http-sig by name', { profile: 'http-sig' }],
    ['jws-detached by name', { profile: 'jws-detached' }],
    ['any, and Kafka besides', { profile: 'jws-detached', kafkaIntake: true }],
    ['jws-detached with a field of its own', { profile: { profile: 'jws-detached', field: 'x-sig' } }],
    [
      'modi-rest with its settings',
      { profile: { ...modi, partnerIssuer: 'bashkia', ownAudiences: ['ura'] } },
    ],
    ['a pair of one profile', { profile: { question: modi, answer: { ...modi, lifetimeSeconds: 60 } } }],
    ['both modifiers', { mtls: { certificates: ['trust/x'] }, nonrepudiation: true }, { tls }],
    ['mtls where a proxy passes TLS on', { mtls: { certificates: ['x'] } }, { tls, behindProxy: true }],
  ] as readonly (readonly [string, Json, Json?])[]) {
    it(`may be ${name}`, async () => assert.equal(await problems(client, http), ''));
  }

  for (const [name, client, expected, http] of [
    ['a name that is none', { profile: 'none' }, /oss-divjake\.json: \/profile /],
    ['a profile of SOAP', { profile: 'wss-x509-integrity' }, /oss-divjake\.json: \/profile /],
    ['modi-rest without an issuer', { profile: { profile: 'modi-rest' } }, /oss-divjake\.json: \/profile /],
    ['modi-rest by name alone', { profile: 'modi-rest' }, /oss-divjake\.json: \/profile /],
    [
      'answers that are bound to nothing',
      { profile: { profile: 'jws-detached', answerBinding: 'connection' } },
      /oss-divjake\.json: \/profile /,
    ],
    [
      'a pair of two profiles',
      { profile: { question: 'http-sig', answer: 'jws-detached' } },
      /^clients: oss-divjake: an answer by jws-detached cannot be tied to a request by http-sig$/,
    ],
    [
      'a way in over Kafka beside mtls',
      { kafkaIntake: true, mtls: { certificates: ['x'] } },
      /^clients: oss-divjake: kafkaIntake goes with neither mtls nor nonrepudiation$/,
      { tls },
    ],
    [
      'a way in over Kafka beside nonrepudiation',
      { kafkaIntake: true, nonrepudiation: true },
      /^clients: oss-divjake: kafkaIntake goes with neither mtls nor nonrepudiation$/,
    ],
    [
      'mtls without TLS',
      { mtls: { certificates: ['x'] } },
      /^clients: oss-divjake: mtls needs TLS to end in the gateway: set http\.tls in gateway\.json$/,
    ],
    [
      'mtls behind a proxy that ends TLS',
      { mtls: { certificates: ['x'] } },
      /^clients: oss-divjake: mtls needs TLS to end in the gateway: .*let the proxy pass TLS on$/,
      { behindProxy: true },
    ],
    [
      'SOAP beside mtls, which that way in does not ask for',
      { soap: true, mtls: { certificates: ['x'] } },
      /^clients: oss-divjake: soap goes with neither mtls nor nonrepudiation$/,
      { tls },
    ],
    [
      'SOAP beside nonrepudiation, which that way in does not keep',
      { soap: true, nonrepudiation: true },
      /^clients: oss-divjake: soap goes with neither mtls nor nonrepudiation$/,
    ],
    ['mtls without certificates', { mtls: { certificates: [] } }, /\/mtls\/certificates /],
    ['nonrepudiation that is half true', { nonrepudiation: 'yes' }, /\/nonrepudiation /],
  ] as readonly (readonly [string, Json, RegExp, Json?])[]) {
    it(`cannot be ${name}`, async () => assert.match(await problems(client, http), expected));
  }
});
