import assert from 'node:assert/strict';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configCommand } from '../../src/cli/config/command.js';
import {
  type Changes,
  type ConfigCopy,
  catalogueCopy,
  type Json,
  serviceWith,
} from '../support/config-copy.js';
import { runCommand } from './run-command.js';
import { runUra } from './ura-process.js';

const housing = 'catalogue/housing.json';
const divjake = 'municipalities/20.json';
const policy = 'policies/oss-divjake.json';

describe('ura config diff', function () {
  this.timeout(60_000);
  const copies: ConfigCopy[] = [];
  let before: ConfigCopy;

  const copy = async (changes: Changes = {}): Promise<ConfigCopy> => {
    // Few enough grants to name all of their changes.
    const policyChange = changes[policy] ?? ((it: Json) => it);
    const made = await catalogueCopy({ ...changes, [policy]: (it) => policyChange(fewGrants(it)) });
    copies.push(made);
    return made;
  };
  beforeEach(async () => {
    before = await copy();
  });
  afterEach(async () => {
    for (const each of copies.splice(0)) await each.remove();
  });

  const diff = (old: string, now: string, ...args: string[]) =>
    runCommand(configCommand, ['diff', old, now, ...args], { URA_DATA: process.env.URA_DATA });
  /** What changes, as `who: what`. */
  async function changes(wanted: Changes): Promise<string[]> {
    const after = await copy(wanted);
    const { printed, exitCode } = await diff(before.folder, after.folder, '--json');
    const list = JSON.parse(printed.slice(0, printed.lastIndexOf(']') + 1)) as {
      who: string;
      what: string;
    }[];
    assert.equal(exitCode, list.length === 0 ? 0 : 1);
    return list.map(({ who, what }) => `${who}: ${what}`);
  }
  const card = (change: Json) =>
    serviceWith('AL029901', (it) => ({ ...it, card: { ...(it.card as Json), ...change } }));
  const procedure = (change: (procedure: Json) => Json) =>
    serviceWith('AL029901', (it) => ({ ...it, procedure: change(it.procedure as Json) }));
  const fewGrants = (it: Json): Json =>
    firstGrant({ purposes: ['social-housing', 'economic-aid', 'kindergarten-registration'] })(it);
  const firstGrant = (change: Json) => (it: Json) => {
    const [first, ...others] = it.grants as Json[];
    return { ...it, grants: [{ ...first, ...change }, ...others] };
  };
  const title = 'AL029901 Social housing for rent';

  it('finds nothing between equal ones in different folders, although files are named relatively', async () => {
    const key = async (folder: string) =>
      copyFile(
        join(process.env.URA_DATA as string, 'keys', 'oss-divjake.public.jwk.json'),
        join(folder, 'own.jwk.json'),
      );
    const relative: Changes = { 'clients/oss-divjake.json': (it) => ({ ...it, keys: ['own.jwk.json'] }) };
    const [left, right] = [await copy(relative), await copy(relative)];
    await key(left.folder);
    await key(right.folder);
    const { printed, exitCode } = await diff(left.folder, `${right.folder}/`);
    assert.equal(printed, 'nothing changes\n');
    assert.equal(exitCode, 0);
  });

  it('says for which municipalities fee and time change', async () => {
    const fee = { baseAll: 300, paymentMethod: { sq: 'Në sportel', en: 'At the counter' } };
    assert.deepEqual(await changes({ [housing]: card({ fee, time: { workingDays: 45 } }) }), [
      `all municipalities but 20 (Divjakë): ${title}: fee rises from 200 to 300 lek`,
      `all municipalities but 20 (Divjakë): ${title}: time rises from 30 to 45 working days`,
      `all municipalities but 20 (Divjakë): ${title}: time.note removed (was “From the day of the application”)`,
    ]);
  });

  const table: readonly [string, Changes, string[]][] = [
    [
      'a text, in English, or in Albanian where only that changed',
      {
        [housing]: card({
          output: { sq: 'Akt', en: 'Deed' },
          pickUp: { sq: 'Me postë', en: 'At the counter' },
        }),
      },
      [
        `all municipalities: ${title}: output “Decision of the municipal council” → “Deed”`,
        `all municipalities: ${title}: pickUp “Në sportel” → “Me postë”`,
      ],
    ],
    [
      'what one municipality differs in from now on',
      {
        'municipalities/21.json': () => ({
          municipality: '21',
          services: { AL029903: { card: { time: { workingDays: 3 } } } },
        }),
      },
      [
        'municipality 21 (Fier): AL029903 Use of public space: time falls from 30 to 3 working days',
        'municipality 21 (Fier): AL029903 Use of public space: time.note removed (was “From the day of the application”)',
      ],
    ],
    [
      'what a municipality no longer differs in',
      {
        [divjake]: ({ offices: _, services: __, ...it }) => ({
          ...it,
          services: { AL029901: { card: { time: { workingDays: 20 } } } },
        }),
      },
      [
        `municipality 20 (Divjakë): ${title}: fee falls from 500 to 200 lek`,
        `municipality 20 (Divjakë): ${title}: fee.paymentMethod “At the counter or by bank” → “At the counter”`,
        `municipality 20 (Divjakë): ${title}: whereToApply[0].office “One-stop shop” → “One-stop shop, Municipality of {municipality}”`,
        `municipality 20 (Divjakë): ${title}: whereToApply[0].address “Sheshi i qytetit 1” → “Bashkia {municipality}”`,
        `municipality 20 (Divjakë): ${title}: whereToApply[0].hours “Monday to Friday, 8 to 14” → “Monday to Friday, 8 to 16”`,
        `municipality 20 (Divjakë): ${title}: evidence step head removed (asked AL012001)`,
        `municipality 20 (Divjakë): ${title}: evidence step births added: asks AL012002, once for each of steps.family.evidence.members.map(m, m.person), when form.confirmBirths == true, optional`,
      ].concat([
        'municipality 20 (Divjakë): AL029903 Use of public space: whereToApply[0].office “One-stop shop” → “One-stop shop, Municipality of {municipality}”',
        'municipality 20 (Divjakë): AL029903 Use of public space: whereToApply[0].address “Sheshi i qytetit 1” → “Bashkia {municipality}”',
        'municipality 20 (Divjakë): AL029903 Use of public space: whereToApply[0].hours “Monday to Friday, 8 to 14” → “Monday to Friday, 8 to 16”',
      ]),
    ],
    [
      'services offered, no longer offered, new and gone',
      {
        [divjake]: (it) => ({ ...it, notOffered: ['AL029903'] }),
        [housing]: (it) => ({
          ...it,
          services: (it.services as Json[]).map((each) =>
            each.code === 'AL029902' ? { ...each, code: 'AL029904', name: { sq: 'E re', en: 'New' } } : each,
          ),
        }),
      },
      [
        'all municipalities but 20 (Divjakë): AL029902 Housing bonus: no longer offered',
        'municipality 20 (Divjakë): AL029903 Use of public space: no longer offered',
        'all municipalities: AL029904 New: offered from now on: fee 0 lek, 30 working days, asks AL012031',
      ],
    ],
    [
      'steps and forms',
      {
        [housing]: procedure((it) => {
          const [family, births] = it.evidence as Json[];
          const form = it.form as Json;
          const { confirmBirths: _, ...properties } = form.properties as Json;
          return {
            ...it,
            purpose: 'housing',
            form: {
              ...form,
              required: ['tenure'],
              properties: { ...properties, note: { type: 'string', title: 'Note', 'x-title-sq': 'Shënim' } },
            },
            evidence: [
              { ...family, validForDays: 30 },
              { ...births, when: 'form.rooms > 2' },
            ],
          };
        }),
      },
      [
        `all municipalities: ${title}: procedure.purpose “social-housing” → “housing”`,
        `all municipalities: ${title}: form field rooms is no longer required`,
        `all municipalities: ${title}: form field tenure is now required`,
        `all municipalities: ${title}: form field confirmBirths removed`,
        `all municipalities: ${title}: form field note added: “Note”`,
        `all municipalities: ${title}: evidence step family: validForDays 90 → 30`,
        `all municipalities but 20 (Divjakë): ${title}: evidence step births: when “form.confirmBirths == true” → “form.rooms > 2”`,
      ],
    ],
    [
      'grants given, taken and narrowed',
      {
        [policy]: firstGrant({
          purposes: ['social-housing', 'economic-aid', 'school'],
          fields: ['head', 'members.person', 'asOf'],
        }),
      },
      [
        'client oss-divjake: asking AL012031 for economic-aid, may no longer see members, address (but still members.person)',
        'client oss-divjake: may no longer ask AL012031 for kindergarten-registration',
        'client oss-divjake: may now ask AL012031 for school: head, members.person, asOf',
        'client oss-divjake: asking AL012031 for social-housing, may no longer see members, address (but still members.person)',
      ],
    ],
    [
      'a grant widened',
      {
        'policies/oss-fier.json': (it) => ({
          ...it,
          grants: [{ ...(it.grants as Json[])[0], fields: ['person', 'asOf', 'civilStatus'] }],
        }),
      },
      ['client oss-fier: asking AL012001 for residence-proof, may now also see person, civilStatus'],
    ],
    [
      'queries, adapters and the gateway, with what needs a restart',
      {
        'queries/civil.json': serviceWith('AL012001', (it) => ({ ...it, subjectSchemes: ['NID', 'NUIS'] })),
        'adapters/civil.json': (it) => ({ ...it, callTimeoutMs: 16_000 }),
        'gateway.json': (it) => ({ ...it, http: { ...(it.http as Json), behindProxy: true } }),
      },
      [
        'everybody: query AL012001 Person by personal number: subjectSchemes[1] added: “NUIS”',
        'adapter civil: callTimeoutMs 15000 → 16000 (from the next start)',
        'gateway: http.behindProxy false → true (from the next start)',
      ],
    ],
    [
      'what an operator may do, on what, and that there is another',
      {
        'operators/operations.json': (it) => ({
          ...it,
          roles: ['operator'],
          scope: { registries: ['civil'], municipalities: 'all' },
        }),
        'operators/watcher.json': () => ({
          id: 'watcher',
          name: 'Watcher',
          keys: [`${process.env.URA_DATA}/keys/tax.public.jwk.json`],
          roles: ['observer'],
          scope: { registries: 'all', municipalities: 'all' },
        }),
      },
      [
        'operator operations: may no longer disclose, answer, dead-letters',
        'operator operations: roles[1] removed (was “data-steward”)',
        'operator operations: roles[2] removed (was “platform”)',
        'operator operations: scope.registries “all” → ["civil"]',
        'operator watcher: is a new operator, who may view',
        'operator watcher: key dev-tax is accepted from now on',
      ],
    ],
    [
      'a client that is gone',
      {
        'policies/oss-fier.json': (it) => ({ ...it, client: 'oss-new' }),
        'clients/oss-fier.json': (it) => ({ ...it, id: 'oss-new' }),
      },
      [
        'client oss-fier: is no longer a client: nothing of it is accepted, and its grants are gone',
        'client oss-new: is a new client, of municipality 21',
        'client oss-new: may now ask AL012001 for residence-proof: person.identifier, person.givenName, person.familyName, asOf',
        'client oss-fier: key dev-oss-stranger is no longer accepted',
        'client oss-new: key dev-oss-stranger is accepted from now on',
      ],
    ],
  ];
  for (const [what, wanted, expected] of table) {
    it(`names ${what}`, async () => assert.deepEqual(await changes(wanted), expected));
  }

  it('names keys by what the files hold, not by what they are called', async () => {
    const keys = join(process.env.URA_DATA as string, 'keys');
    const folder = await mkdtemp(join(tmpdir(), 'ura-diff-'));
    await copyFile(join(keys, 'oss-divjake.public.jwk.json'), join(folder, 'same.jwk.json'));
    await copyFile(join(keys, 'oss-stranger.public.jwk.json'), join(folder, 'another.jwk.json'));
    const found = await changes({ 'clients/oss-divjake.json': (it) => ({ ...it, keys: [folder] }) });
    await rm(folder, { recursive: true });
    assert.equal(found.length, 2, found.join('\n'));
    assert.match(found[0] ?? '', /^client oss-divjake: keys\[0\] “.*oss-divjake\.public\.jwk\.json” → /);
    assert.equal(found[1], 'client oss-divjake: key dev-oss-stranger is accepted from now on');
  });

  it('says so when key files cannot be read, and compares the rest', async () => {
    const found = await changes({ 'clients/oss-divjake.json': (it) => ({ ...it, keys: ['gone.jwk.json'] }) });
    assert.match(found.at(-1) ?? '', /^keys: could not be compared: .*gone\.jwk\.json/);
    assert.equal(found.length, 2);
  });

  it('groups the lines by whom they concern', async () => {
    const after = await copy({
      [housing]: card({ output: { sq: 'Akt', en: 'Deed' }, onlineLevel: 3 }),
      [policy]: firstGrant({ purposes: ['social-housing', 'economic-aid'] }),
    });
    const { printed } = await diff(before.folder, after.folder);
    assert.match(
      printed,
      /^all municipalities\n {2}AL029901 .*onlineLevel 2 → 3\n {2}AL029901 .*\nclient oss-divjake\n {2}may no longer ask/,
    );
  });

  it('ends with 0, 1 and 2 as a process: no change, changes, one that cannot be used', async () => {
    const after = await copy({ [housing]: card({ onlineLevel: 3 }) });
    const broken = await copy();
    await writeFile(join(broken.folder, housing), '{');
    const variables = { URA_DATA: process.env.URA_DATA as string };
    const run = (now: string) => runUra(['config', 'diff', before.folder, now], variables);
    const [same, changed, unusable] = [
      await run(before.folder),
      await run(after.folder),
      await run(broken.folder),
    ];
    assert.deepEqual([same.code, changed.code, unusable.code], [0, 1, 2]);
    assert.match(changed.stderr, /^1 change\(s\)$/m);
    assert.match(unusable.stdout, /^catalogue\/housing\.json: /);
    assert.match(unusable.stderr, /1 problem\(s\) in /);
  });
});
