import assert from 'node:assert/strict';
import { type AdministrativeService, UraRefused } from '../../src/client/index.js';
import { openWorld, toBytes, type World } from '../attacks/api/signed-message.js';
import { sendBytes } from '../attacks/api/wire.js';
import { type ConfigCopy, catalogueCopy } from '../support/config-copy.js';
import { type Stack, startStack } from '../support/stack.js';
import { waitFor } from '../support/wait-for.js';

interface Problem {
  readonly code: string;
  readonly detail: string;
  readonly errors?: readonly { pointer: string; code: string }[];
}

describe('services over HTTP', function () {
  this.timeout(120_000);
  let config: ConfigCopy;
  let stack: Stack;
  let world: World;

  before(async () => {
    config = await catalogueCopy();
    stack = await startStack({ config: config.folder });
    world = await openWorld(stack);
  });
  after(async () => {
    await stack.stop();
    await config.remove();
  });

  /** Divjakë's signed question, as bytes on the wire. */
  async function get<Body>(target: string, acceptLanguage?: string) {
    const message = await world.sign({
      method: 'GET',
      target,
      body: undefined,
      fields: acceptLanguage === undefined ? [] : [['Accept-Language', acceptLanguage]],
    });
    const answer = await sendBytes(world.port, toBytes(message));
    assert.ok(answer, 'closed without an answer');
    assert.ok(answer.headers.signature, 'the answer is signed');
    return { ...answer, json: JSON.parse(answer.body.toString()) as Body };
  }
  const codes = (items: readonly { code: string }[]) => items.map(({ code }) => code);

  it('lists queries with the state of their registry, then administrative services', async () => {
    const list = () =>
      get<{
        items: { code: string; kind: string; registry?: string; registryState?: { state: string } }[];
        groups: object[];
      }>('/v1/services');
    const stateOf = ({ json }: Awaited<ReturnType<typeof list>>) =>
      json.items.find(({ code }) => code === 'AL012031')?.registryState?.state;
    // A gateway that has just started has not heard of the registry yet.
    const { json } = await waitFor(async () => {
      const listed = await list();
      return stateOf(listed) === 'up' ? listed : undefined;
    }, 'word of the registry');
    const kinds = json.items.map(({ kind }) => kind);
    assert.deepEqual(kinds, [...kinds].sort().reverse(), 'queries first');
    const query = json.items.find(({ code }) => code === 'AL012031');
    assert.deepEqual([query?.kind, query?.registry, query?.registryState?.state], ['query', 'civil', 'up']);
    assert.deepEqual(
      json.items.find(({ code }) => code === 'AL029902'),
      {
        kind: 'administrative',
        code: 'AL029902',
        group: 'housing',
        name: { sq: 'Bonus strehimi', en: 'Housing bonus' },
        illustrative: true,
      },
    );
    assert.deepEqual(json.groups, [
      { group: 'housing', name: { sq: 'Strehimi', en: 'Housing' } },
      { group: 'public-space', name: { sq: 'Hapësira publike', en: 'Public space' } },
    ]);
  });

  for (const [filter, expected] of [
    ['?kind=administrative', ['AL029901', 'AL029902', 'AL029903']],
    ['?group=housing', ['AL029901', 'AL029902']],
    ['?group=no-such-group', []],
    ['?kind=administrative&municipality=20', ['AL029901', 'AL029903']],
    ['?kind=administrative&municipality=21', ['AL029901', 'AL029902', 'AL029903']],
    ['?group=housing&municipality=20', ['AL029901']],
    ['?kind=query&group=housing', []],
  ] as const) {
    it(`lists ${expected.join(', ') || 'nothing'} for ${filter}`, async () => {
      const { json } = await get<{ items: { code: string }[] }>(`/v1/services${filter}`);
      assert.deepEqual(codes(json.items), expected);
    });
  }

  it('lists the same queries for every municipality', async () => {
    const queries = async (target: string) =>
      codes((await get<{ items: { code: string; kind: string }[] }>(target)).json.items);
    const all = await queries('/v1/services?kind=query');
    assert.ok(all.includes('AL012031'));
    assert.deepEqual(await queries('/v1/services?kind=query&municipality=20'), all);
  });

  for (const [header, language] of [
    [undefined, 'sq'],
    ['en', 'en'],
    ['de, en;q=0.5, sq;q=0.4', 'en'],
    ['en;q=0.4, sq', 'sq'],
    ['this is, no; list', 'sq'],
  ] as const) {
    it(`gives card and form in ${language} for Accept-Language ${header ?? '(none)'}`, async () => {
      const answer = await get<AdministrativeService>('/v1/services/AL029901?municipality=20', header);
      assert.equal(answer.status, 200);
      assert.equal(answer.headers['content-language'], language);
      assert.equal(answer.headers.vary, 'accept-language');
      const { json } = answer;
      assert.equal(json.language, language);
      assert.deepEqual(json.municipality, { code: '20', name: 'Divjakë' });
      assert.match(json.version, /^[0-9a-f]{32}$/);
      const expected = {
        sq: {
          name: 'Banesë sociale me qira',
          institution: 'Bashkia Divjakë',
          rooms: 'Dhoma të kërkuara',
          rent: 'Me qira',
          head: 'Kryefamiljari',
          family: 'Certifikatë familjare',
        },
        en: {
          name: 'Social housing for rent',
          institution: 'Municipality of Divjakë',
          rooms: 'Rooms wished for',
          rent: 'For rent',
          head: 'The head of the family',
          family: 'Family certificate',
        },
      }[language];
      assert.equal(json.card.name, expected.name);
      assert.equal(json.card.responsibleInstitution, expected.institution);
      assert.deepEqual((json.card.fee as { baseAll: number }).baseAll, 500);
      assert.deepEqual(json.overridden, ['whereToApply', 'fee', 'time']);
      const form = json.procedure.form as {
        properties: { rooms: object; tenure: { oneOf: object[] } };
      };
      assert.deepEqual(form.properties.rooms, {
        type: 'integer',
        minimum: 1,
        maximum: 6,
        title: expected.rooms,
      });
      assert.deepEqual(form.properties.tenure.oneOf[0], { const: 'RENT', title: expected.rent });
      assert.deepEqual(json.procedure.evidence, [
        {
          id: 'family',
          name: expected.family,
          service: 'AL012031',
          repeated: false,
          conditional: false,
          optional: false,
        },
        {
          id: 'head',
          name: expected.head,
          service: 'AL012001',
          repeated: false,
          conditional: false,
          optional: false,
        },
      ]);
    });
  }

  it("gives the card of the client's own municipality unless another is named", async () => {
    const own = (await get<AdministrativeService>('/v1/services/AL029901')).json;
    const other = (await get<AdministrativeService>('/v1/services/AL029901?municipality=61')).json;
    assert.equal(own.municipality.code, '20');
    assert.equal(other.municipality.code, '61');
    assert.equal((other.card.fee as { baseAll: number }).baseAll, 200);
    assert.deepEqual(other.overridden, []);
    const births = other.procedure.evidence.find(({ id }) => id === 'births');
    assert.deepEqual([births?.repeated, births?.conditional, births?.optional], [true, true, true]);
    assert.notEqual(own.version, other.version);
  });

  it('gives a query as it always did', async () => {
    const answer = await get<Record<string, unknown>>('/v1/services/AL012031', 'en');
    assert.equal(answer.json.kind, 'query');
    assert.deepEqual(answer.json.name, { sq: 'Certifikatë familjare', en: 'Family certificate' });
    assert.equal(answer.headers['content-language'], undefined);
  });

  for (const [target, status, code, pointer] of [
    ['/v1/services?municipality=62', 400, 'unknown-municipality', '/query/municipality'],
    ['/v1/services/AL029901?municipality=00', 400, 'unknown-municipality', '/query/municipality'],
    ['/v1/services/AL012031?municipality=99', 400, 'unknown-municipality', '/query/municipality'],
    ['/v1/services/AL029901?municipality=2', 400, 'invalid-request', '/query/municipality'],
    ['/v1/services?kind=everything', 400, 'invalid-request', '/query/kind'],
    ['/v1/services?group=Housing', 400, 'invalid-request', '/query/group'],
    ['/v1/services/AL029902', 404, 'service-not-offered', undefined],
    ['/v1/services/AL029902?municipality=20', 404, 'service-not-offered', undefined],
    ['/v1/services/AL000000', 404, 'unknown-service', undefined],
  ] as const) {
    it(`refuses ${target} with ${status} ${code}`, async () => {
      const { status: given, json } = await get<Problem>(target);
      assert.deepEqual([given, json.code], [status, code]);
      assert.equal(json.errors?.[0]?.pointer, pointer);
      if (code === 'service-not-offered') assert.match(json.detail, /Divjakë \(20\) does not offer it/);
    });
  }

  it('offers to others what one municipality does not', async () => {
    const { status } = await get('/v1/services/AL029902?municipality=21');
    assert.equal(status, 200);
  });

  it('gives the same through the client library', async () => {
    const client = await stack.client();
    const offered = await client.services({ kind: 'administrative', municipality: '20' });
    assert.deepEqual(codes(offered), ['AL029901', 'AL029903']);
    const service = await client.service('AL029901', { language: 'en' });
    assert.equal(service.kind === 'administrative' && service.card.name, 'Social housing for rent');
    await assert.rejects(
      client.service('AL029901', { municipality: '62' }),
      (error: unknown) => error instanceof UraRefused && error.code === 'unknown-municipality',
    );
    client.close();
  });
});
