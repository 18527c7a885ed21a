import assert from 'node:assert/strict';
import { catalogueCommand } from '../../src/cli/catalogue/command.js';
import { type ConfigCopy, catalogueCopy } from '../support/config-copy.js';
import { runCommand } from './run-command.js';

describe('ura catalogue', function () {
  this.timeout(30_000);
  let config: ConfigCopy;

  before(async () => {
    config = await catalogueCopy();
  });
  after(() => config.remove());

  const run = (...args: string[]) =>
    runCommand(catalogueCommand, [...args, '--config', config.folder], { URA_DATA: process.env.URA_DATA });
  /** Cells of the row that begins so. */
  const row = (printed: string, begin: string): string[] | undefined =>
    printed
      .split('\n')
      .find((line) => line.startsWith(`${begin}  `))
      ?.split(/ {2,}/);

  it('shows every value of a card with its origin, in Albanian unless told otherwise', async () => {
    const { printed, error } = await run('show', '20', 'AL029901');
    assert.equal(error, '');
    assert.match(printed, /^AL029901 {2}Banesë sociale me qira$/m);
    assert.match(printed, /^Divjakë \(20\), grupi housing, versioni [0-9a-f]{32}$/m);
    assert.deepEqual(row(printed, 'Tarifa'), ['Tarifa', '500 lekë, Në sportel ose me bankë', 'bashkia 20']);
    assert.deepEqual(row(printed, 'Afati'), ['Afati', '20 ditë pune', 'bashkia 20']);
    assert.deepEqual(row(printed, 'Ankesa'), ['Ankesa', 'Me shkrim te kryetari i bashkisë', 'kombëtar']);
  });

  it('shows steps with the query that they ask, and those that the municipality leaves out', async () => {
    const { printed } = await run('show', '20', 'AL029901', '--lang', 'en');
    assert.deepEqual(row(printed, 'Evidence: family')?.slice(1), ['AL012031 Family certificate', 'national']);
    assert.deepEqual(row(printed, 'Evidence: head')?.slice(1), [
      'AL012001 The head of the family',
      'municipality 20',
    ]);
    assert.deepEqual(row(printed, 'Evidence: births')?.slice(1), ['left out', 'municipality 20']);
    const fier = (await run('show', '21', 'AL029901', '--lang', 'en')).printed;
    assert.match(fier, /AL012002 Birth facts of the members \(optional\)/);
    assert.match(fier, /once for each of steps\.family\.evidence\.members\.map\(m, m\.person\)/);
    assert.match(fier, /when form\.confirmBirths == true/);
    assert.doesNotMatch(fier, /municipality 2/);
  });

  it('shows all fields of the card, each once', async () => {
    const { printed } = await run('show', '21', 'AL029902', '--lang', 'en');
    const lines = printed.split('\n').filter((line) => / {2}national$/.test(line));
    // 15 fields beside the name, no form field, one step.
    assert.equal(lines.length, 16, printed);
  });

  it('prints the same as JSON', async () => {
    const { printed } = await run('show', '20', 'AL029901', '--lang', 'en', '--json');
    const shown = JSON.parse(printed) as {
      name: string;
      card: { fee: { baseAll: number; paymentMethod: string } };
      origins: { card: Record<string, string>; evidence: Record<string, string>; without: string[] };
      procedure: { evidence: { id: string; subject?: string }[] };
    };
    assert.equal(shown.name, 'Social housing for rent');
    assert.deepEqual(shown.card.fee, { baseAll: 500, paymentMethod: 'At the counter or by bank' });
    assert.equal(shown.origins.card.fee, 'municipality 20');
    assert.equal(shown.origins.card.purpose, 'national');
    assert.deepEqual(shown.origins.evidence, { family: 'national', head: 'municipality 20' });
    assert.deepEqual(shown.origins.without, ['births']);
    assert.equal(shown.procedure.evidence[1]?.subject, 'steps.family.evidence.head.identifier');
  });

  it('lists services by group and municipality, and says where a municipality differs', async () => {
    const codes = (printed: string) => [...printed.matchAll(/^AL\d{6}/gm)].map(([code]) => code);
    assert.deepEqual(codes((await run('list')).printed), ['AL029901', 'AL029902', 'AL029903']);
    assert.deepEqual(codes((await run('list', '--group', 'housing')).printed), ['AL029901', 'AL029902']);
    const divjake = (await run('list', '--municipality', '20', '--lang', 'en')).printed;
    assert.match(divjake, /^AL029901 {2}housing {7}Social housing for rent \(with local differences\)$/m);
    assert.deepEqual(codes(divjake), ['AL029901', 'AL029903']);
    assert.doesNotMatch((await run('list', '--municipality', '21', '--lang', 'en')).printed, /differences/);
    assert.equal((await run('list', '--group', 'nothing')).printed, 'no service\n');
    const json = JSON.parse((await run('list', '--group', 'public-space', '--json')).printed) as object[];
    assert.deepEqual(json, [
      { code: 'AL029903', group: 'public-space', name: 'Përdorim i hapësirës publike', differs: false },
    ]);
  });

  for (const [args, sentence] of [
    [['show', '62', 'AL029901'], /There is no such municipality/],
    [['list', '--municipality', '62'], /There is no such municipality/],
    [['show', '20', 'AL000000'], /There is no such service/],
    [['show', '20', 'AL029902'], /Divjakë \(20\) does not offer it/],
    [['show', '20', 'AL012031'], /AL012031 is a query/],
    [['show', '20', 'AL029901', '--lang', 'de'], /Allowed choices are sq, en/],
  ] as const) {
    it(`refuses ${args.join(' ')}`, async () => {
      const { error, exitCode } = await run(...args);
      assert.match(error, sentence);
      assert.equal(exitCode, 1);
    });
  }
});
