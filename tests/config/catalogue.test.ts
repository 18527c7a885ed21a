import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigInvalid } from '../../src/config/read-config.js';
import { readWholeConfig } from '../../src/config/read-whole.js';
import { type Changes, catalogueCopy, type Json, serviceWith } from '../support/config-copy.js';

const environment = { URA_DATA: '/data' };
const housing = 'catalogue/housing.json';
const divjake = 'municipalities/20.json';

async function problems(changes: Changes): Promise<string> {
  const copy = await catalogueCopy(changes);
  try {
    await readWholeConfig(copy.folder, environment);
    return '';
  } catch (error) {
    assert.ok(error instanceof ConfigInvalid, String(error));
    return error.problems.join('\n');
  } finally {
    await copy.remove();
  }
}

/** Changes the procedure, or the first step, of AL029901. */
const procedure = (change: Json): Changes => ({
  [housing]: serviceWith('AL029901', (it) => ({
    ...it,
    procedure: { ...(it.procedure as Json), ...change },
  })),
});
const steps = (...evidence: Json[]): Changes => procedure({ evidence });
const card = (change: Json): Changes => ({
  [housing]: serviceWith('AL029901', (it) => ({ ...it, card: { ...(it.card as Json), ...change } })),
});
const inDivjake = (change: Json): Changes => ({ [divjake]: (it) => ({ ...it, ...change }) });
const override = (change: Json): Changes => inDivjake({ services: { AL029901: change } });
const family = { id: 'family', service: 'AL012031' };

describe('reading the catalogue', () => {
  it('takes services, groups and municipalities', async () => {
    const copy = await catalogueCopy();
    const { config } = await readWholeConfig(copy.folder, environment);
    assert.deepEqual(
      config.services.map(({ code, group }) => [code, group]),
      [
        ['AL029901', 'housing'],
        ['AL029902', 'housing'],
        ['AL029903', 'public-space'],
      ],
    );
    assert.deepEqual(config.groups[0], { group: 'housing', name: { sq: 'Strehimi', en: 'Housing' } });
    assert.deepEqual(
      config.municipalities.map(({ municipality }) => municipality),
      ['20'],
    );
    await copy.remove();
  });

  it('takes a configuration without any', async () => {
    const copy = await catalogueCopy();
    for (const name of ['catalogue', 'municipalities'])
      await rm(join(copy.folder, name), { recursive: true });
    const { config } = await readWholeConfig(copy.folder, environment);
    assert.deepEqual([config.services, config.groups, config.municipalities], [[], [], []]);
    assert.ok(config.queries.length > 0);
    await copy.remove();
  });

  const table: readonly [string, Changes, RegExp][] = [
    [
      'an unknown field of a service',
      { [housing]: serviceWith('AL029901', (it) => ({ ...it, price: 1 })) },
      /^catalogue\/housing\.json: \/services\/0 .*\(price\)$/m,
    ],
    ['an unknown field of the card', card({ colour: 'red' }), /\/services\/0\/card .*\(colour\)$/m],
    ['a card that lacks a field', card({ complaint: undefined }), /\/services\/0\/card .*'complaint'/m],
    ['a text in one language', card({ output: { sq: 'Vendim' } }), /\/services\/0\/card\/output .*'en'/m],
    ['a fee that is no whole number', card({ fee: { baseAll: 1.5 } }), /\/card\/fee\/baseAll /m],
    [
      'a placeholder for nothing',
      card({ output: { sq: '{qyteti}', en: 'x' } }),
      /\{qyteti\} stands for nothing/,
    ],
    ['an unknown field of a step', steps({ ...family, retries: 3 }), /\/evidence\/0 .*\(retries\)$/m],
    [
      'an unknown field of a municipality',
      inDivjake({ mayor: 'x' }),
      /^municipalities\/20\.json: .*\(mayor\)$/m,
    ],
    [
      'an unknown field of a difference',
      override({ card: { price: 1 } }),
      /^municipalities\/20\.json: \/services\/AL029901\/card .*\(price\)$/m,
    ],
    [
      'a code that two files give',
      { [housing]: serviceWith('AL029901', (it) => ({ ...it, code: 'AL012031' })) },
      /service code AL012031 is given more than once/,
    ],
    [
      'a group that two files give',
      { [housing]: (it) => ({ ...it, group: 'public-space' }) },
      /group public-space is given more than once/,
    ],
    [
      'a form that is no schema',
      procedure({
        form: { type: 'object', additionalProperties: false, properties: { a: { type: 'objekt' } } },
      }),
      /catalogue: service AL029901: form: /,
    ],
    [
      'a form that is open to anything',
      procedure({ form: { type: 'object', properties: {} } }),
      /AL029901: form: additionalProperties is not false/,
    ],
    [
      'a step that asks a query which is not there',
      steps({ id: 'a', service: 'AL012999' }),
      /AL029901: step a asks AL012999, which is in no file of queries/,
    ],
    [
      'a step that asks an administrative service',
      steps({ id: 'a', service: 'AL029902' }),
      /step a asks AL029902, which is an administrative service/,
    ],
    [
      'a step that names a step which is not there',
      steps({ ...family, when: 'steps.nowhere.evidence.found' }),
      /step family: when names step nowhere, which is not in the procedure/,
    ],
    [
      'steps that wait for each other',
      steps(
        { ...family, when: 'steps.b.evidence.found' },
        { id: 'b', service: 'AL012001', when: 'steps.family.evidence.found' },
      ),
      /steps family, b wait for each other/,
    ],
    [
      'a parameter that the query does not have',
      steps({ ...family, parameters: { depth: '1' } }),
      /step family gives AL012031 parameter depth, which the query does not have/,
    ],
    [
      'a parameter that the query needs',
      steps({ id: 'birth', service: 'AL012002' }),
      /step birth does not give AL012002 parameter factKind, which the query needs/,
    ],
    [
      'an applicant whom the query does not take',
      {
        'catalogue/public-space.json': serviceWith('AL029903', (it) => ({
          ...it,
          procedure: { ...(it.procedure as Json), evidence: [family] },
        })),
      },
      /AL029903: step family asks AL012031 about an applicant with NUIS/,
    ],
    [
      'a municipality that is not there',
      inDivjake({ municipality: '62' }),
      /^municipalities: 62: unknown municipality$/m,
    ],
    [
      'a client of a municipality that is not there',
      { 'clients/oss-divjake.json': (it) => ({ ...it, municipality: '62' }) },
      /clients: oss-divjake belongs to unknown municipality 62/,
    ],
    [
      'two files of one municipality',
      { 'municipalities/other.json': () => ({ municipality: '20' }) },
      /municipality 20 is given more than once/,
    ],
    [
      'a service not offered that is not there',
      inDivjake({ notOffered: ['AL020000'] }),
      /municipalities: 20: service AL020000 is not in the catalogue/,
    ],
    [
      'a difference of a service that is not there',
      inDivjake({ services: { AL020000: { withoutEvidence: ['a'] } } }),
      /municipalities: 20: service AL020000 is not in the catalogue/,
    ],
    [
      'a difference of a service that is not offered',
      inDivjake({ notOffered: ['AL029901'] }),
      /service AL029901 is not offered, and yet has settings of its own/,
    ],
    [
      'a step left out that is not there',
      override({ withoutEvidence: ['nowhere'] }),
      /AL029901: withoutEvidence: step nowhere is not in the procedure/,
    ],
    [
      'a step left out that another needs',
      override({ withoutEvidence: ['family'] }),
      /municipalities: 20: service AL029901: step births: forEach names step family, which is not in the procedure/,
    ],
    [
      'a further step of a name that is taken',
      override({ extraEvidence: [{ id: 'family', service: 'AL012001' }] }),
      /step family is given more than once/,
    ],
    [
      'a further step that asks what is not there',
      override({ extraEvidence: [{ id: 'more', service: 'AL012999' }] }),
      /step more asks AL012999/,
    ],
    [
      'a placeholder for nothing in an office',
      inDivjake({ contact: { text: { sq: '{x}', en: 'x' } } }),
      /municipalities: 20: \{x\} stands for nothing/,
    ],
    [
      'a grant of an administrative service',
      {
        'policies/oss-fier.json': (it) => ({
          ...it,
          grants: [{ ...(it.grants as Json[])[0], service: 'AL029901' }],
        }),
      },
      /grant fier-person names service AL029901, which is an administrative service: grants are for queries/,
    ],
  ];
  for (const [wrong, changes, expected] of table) {
    it(`names ${wrong}`, async () => assert.match(await problems(changes), expected));
  }

  it('takes a step that other kinds of applicants skip', async () => {
    const evidence = [{ ...family, when: 'applicant.scheme == "NID"' }];
    const change = (it: Json) => ({ ...it, procedure: { ...(it.procedure as Json), evidence } });
    assert.equal(await problems({ 'catalogue/public-space.json': serviceWith('AL029903', change) }), '');
  });

  it('says where an expression stands that is none', async () => {
    const found = await problems(
      override({ extraEvidence: [{ id: 'head', service: 'AL012001', subject: 'broken(' }] }),
    );
    assert.match(found, /^municipalities: 20: service AL029901: step head: subject is no CEL/m);
  });
});

describe('what the configuration warns of', () => {
  const warnings = async (changes: Changes = {}): Promise<readonly string[]> => {
    const copy = await catalogueCopy(changes);
    const { warnings: found } = await readWholeConfig(copy.folder, environment);
    await copy.remove();
    return found.filter((each) => /AL0299/.test(each));
  };

  it('is evidence that a client would need and has no grant for, by query and purpose', async () => {
    assert.deepEqual(await warnings(), [
      'client oss-fier has no grant of AL012031 for social-housing, which it would need for AL029901, AL029902',
      'client oss-fier has no grant of AL012002 for social-housing, which it would need for AL029901',
    ]);
  });

  it('follows the differences of the municipality', async () => {
    const gaps = await warnings({
      'policies/oss-divjake.json': (it) => ({
        ...it,
        grants: (it.grants as Json[]).filter(({ service }) => service !== 'AL012001'),
      }),
    });
    assert.ok(
      gaps.includes(
        'client oss-divjake has no grant of AL012001 for social-housing, which it would need for AL029901',
      ),
      gaps.join('\n'),
    );
  });
});
