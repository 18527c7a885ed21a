import assert from 'node:assert/strict';
import { rm, unlink, writeFile } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { checkMeaning } from '../../src/config/check-meaning.js';
import { ConfigInvalid, readConfig } from '../../src/config/read-config.js';
import { findPackageRoot } from '../../src/package-root.js';
import { configCopy } from '../support/config-copy.js';

type Json = Record<string, unknown>;
const environment = { URA_DATA: '/data' };

/** Of a file of its own. */
const operatorSettings = (id: string): Json => ({
  id,
  name: id,
  keys: ['another.jwk.json'],
  roles: ['observer'],
  scope: { registries: 'all', municipalities: 'all' },
});

describe('reading the configuration', () => {
  /** Problems of the shipped configuration after these changes. */
  const problems = async (
    changes: Readonly<Record<string, (content: Json) => Json>>,
    spoil: (folder: string) => Promise<unknown> = async () => {},
  ): Promise<string> => {
    const { folder, remove } = await configCopy(changes);
    try {
      await spoil(folder);
      const config = await readConfig(folder, environment);
      return checkMeaning(config).problems.join('\n');
    } catch (error) {
      assert.ok(error instanceof ConfigInvalid, String(error));
      assert.ok(error.message.includes(error.problems[0] as string));
      return error.problems.join('\n');
    } finally {
      await remove();
    }
  };
  const client = 'clients/oss-divjake.json';
  const policy = 'policies/oss-divjake.json';
  const firstGrant = (change: Json) => (content: Json) => {
    const [first, ...others] = content.grants as Json[];
    return { ...content, grants: [{ ...first, ...change }, ...others] };
  };
  const firstService = (change: Json) => (content: Json) => {
    const [first, ...others] = content.services as Json[];
    return { ...content, services: [{ ...first, ...change }, ...others] };
  };

  it('takes the one that comes with Ura', async () => {
    assert.equal(await problems({}), '');
  });

  it('makes the names of files absolute', async () => {
    const config = await readConfig(join(findPackageRoot(), 'config'), environment);
    const { keys } = config.gateway;
    const files = [
      keys.http,
      keys.messages.privateKey,
      keys.messages.certificate,
      ...config.clients.flatMap((one) => one.keys),
    ];
    for (const file of files) assert.ok(isAbsolute(file), file);
  });

  const operator = 'operators/operations.json';
  /** What is changed, and what the problem must name: file, then place in it. */
  const table: readonly [string, Parameters<typeof problems>, RegExp][] = [
    [
      'an operator with a role that there is not',
      [{ [operator]: (it) => ({ ...it, roles: ['root'] }) }],
      /operators\/operations\.json: \/roles\/0 /,
    ],
    [
      'an operator without a scope',
      [{ [operator]: ({ scope: _, ...it }) => it }],
      /operators\/operations\.json: .*scope/,
    ],
    [
      'an operator of a registry and a municipality that there are not',
      [{ [operator]: (it) => ({ ...it, scope: { registries: ['civvil'], municipalities: ['99'] } }) }],
      /operators: operations: scope names registry civvil.*\n.*unknown municipality 99/,
    ],
    [
      'two operators of one name',
      [{ 'operators/another.json': () => operatorSettings('operations') }],
      /operator id operations is given more than once/,
    ],
    [
      'an unknown setting',
      [{ [client]: (it) => ({ ...it, admin: true }) }],
      /^clients\/oss-divjake\.json: .*\(admin\)$/m,
    ],
    [
      'a setting of the wrong type',
      [{ [client]: (it) => ({ ...it, municipality: 20 }) }],
      /^clients\/oss-divjake\.json: \/municipality must be string$/m,
    ],
    [
      'a missing setting',
      [{ [client]: ({ keys: _, ...it }) => it }],
      /^clients\/oss-divjake\.json: .*'keys'/m,
    ],
    [
      'a client without keys',
      [{ [client]: (it) => ({ ...it, keys: [] }) }],
      /^clients\/oss-divjake\.json: \/keys /m,
    ],
    [
      'a wildcard among granted fields',
      [{ [policy]: firstGrant({ fields: ['*'] }) }],
      /^policies\/oss-divjake\.json: \/grants\/0\/fields\/0 /m,
    ],
    [
      'a grant without purposes',
      [{ [policy]: firstGrant({ purposes: [] }) }],
      /^policies\/oss-divjake\.json: \/grants\/0\/purposes /m,
    ],
    [
      'a granted field that the answer does not have',
      [{ [policy]: firstGrant({ fields: ['salary'] }) }],
      /grant divjake-family-composition: .*AL012031 has no field salary/,
    ],
    [
      'a grant of an unknown service',
      [{ [policy]: firstGrant({ service: 'AL999999' }) }],
      /grant divjake-family-composition names service AL999999/,
    ],
    [
      'a SOAP registry by a profile for REST',
      [{ 'adapters/civil.json': (it) => ({ ...it, profile: 'http-sig' }) }],
      /^adapters: civil: http-sig is no profile for SOAP$/m,
    ],
    [
      'a REST registry by a profile for SOAP, one way alone',
      [
        {
          'adapters/tax.json': (it) => ({
            ...it,
            profile: { question: 'wss-x509-integrity', answer: 'wss-x509-integrity' },
          }),
        },
      ],
      /^adapters: tax: wss-x509-integrity is no profile for REST$/m,
    ],
    [
      'a REST registry whose name is no address that paths can be put below',
      [{ 'adapters/business.json': (it) => ({ ...it, to: 'urn:al:ura:registry:business' }) }],
      /^adapters: business: to has to be an http\(s\) address/m,
    ],
    [
      'a REST registry at an address with a query',
      [{ 'adapters/tax.json': (it) => ({ ...it, endpoint: 'http://127.0.0.1:9303/v1?x=1' }) }],
      /^adapters: tax: endpoint has to be an http\(s\) address/m,
    ],
    [
      'options that the adapter does not take',
      [{ 'adapters/tax.json': (it) => ({ ...it, options: { fast: true } }) }],
      /^adapters: tax: options must NOT have additional properties \(fast\)$/m,
    ],
    [
      'a policy for nobody',
      [{ [policy]: (it) => ({ ...it, client: 'nobody' }) }],
      /there is no client nobody/,
    ],
    [
      'two policies for one client',
      [{ [policy]: (it) => ({ ...it, client: 'oss-fier' }) }],
      /policy for client oss-fier is given more than once/,
    ],
    [
      'two grants of one name',
      [{ [policy]: firstGrant({ id: 'fier-person' }) }],
      /grant id fier-person is given more than once/,
    ],
    [
      'two clients of one name',
      [{ [client]: (it) => ({ ...it, id: 'oss-fier' }) }],
      /client id oss-fier is given more than once/,
    ],
    [
      'a service of an adapter without settings',
      [{ 'queries/civil.json': firstService({ adapter: 'elsewhere' }) }],
      /service AL012001 names adapter elsewhere/,
    ],
    [
      'an operation that the adapter lacks',
      [{ 'queries/civil.json': firstService({ operation: 'fly' }) }],
      /service AL012001: civil has no operation fly/,
    ],
    [
      'a schema of parameters that is none',
      [{ 'queries/civil.json': firstService({ parameters: { type: 'objekt' } }) }],
      /parameters of service AL012001: /,
    ],
    [
      'an adapter that the program lacks',
      [
        {
          'adapters/civil.json': (it) => ({ ...it, name: 'palmistry' }),
          'queries/civil.json': (it) => ({
            ...it,
            services: (it.services as Json[]).map((one) => ({ ...one, adapter: 'palmistry' })),
          }),
        },
      ],
      /has no adapter palmistry/,
    ],
    [
      'an endpoint that is no URL',
      [{ 'adapters/civil.json': (it) => ({ ...it, endpoint: 'file:///etc/passwd' }) }],
      /^adapters\/civil\.json: \/endpoint /m,
    ],
    [
      'an origin with a path',
      [{ 'gateway.json': (it) => ({ ...it, publicOrigins: ['http://a/b'] }) }],
      /^gateway\.json: \/publicOrigins\/0 /m,
    ],
    [
      'a variable that is not set',
      [{ [client]: (it) => ({ ...it, keys: [`\${KEYS_OF_DIVJAKE}/a.json`] }) }],
      /^clients\/oss-divjake\.json: .*KEYS_OF_DIVJAKE/m,
    ],
    [
      'idempotency keys that are forgotten before their submissions are too old',
      [
        {
          [client]: (it) => ({ ...it, kafkaIntake: true }),
          'gateway.json': (it) => ({ ...it, idempotencyKeys: { retentionDays: 3 } }),
        },
      ],
      /idempotencyKeys\.retentionDays \(3\) has to be at least a day longer than kafka\.intake\.maxAgeHours \(72\)/,
    ],
    [
      'a file that is no JSON',
      [{}, (folder) => writeFile(join(folder, client), '{')],
      /^clients\/oss-divjake\.json: /m,
    ],
    ['no gateway.json', [{}, (folder) => unlink(join(folder, 'gateway.json'))], /^gateway\.json: /m],
    [
      'a folder that is missing',
      [{}, (folder) => rm(join(folder, 'policies'), { recursive: true })],
      /^policies\/: the folder is missing$/m,
    ],
  ];
  for (const [wrong, change, expected] of table) {
    it(`names ${wrong}`, async () => assert.match(await problems(...change), expected));
  }

  it('lists every problem of every file at once', async () => {
    const found = await problems({
      [client]: (it) => ({ ...it, admin: true, municipality: 20 }),
      'gateway.json': (it) => ({ ...it, publicOrigins: [] }),
    });
    assert.equal(found.split('\n').length, 3, found);
  });
});
