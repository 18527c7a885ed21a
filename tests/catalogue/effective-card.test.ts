import assert from 'node:assert/strict';
import { readMunicipalities } from '../../contracts/municipalities.js';
import { createServices, type Services } from '../../src/catalogue/services.js';
import { versionOf } from '../../src/catalogue/version.js';
import { readConfig } from '../../src/config/read-config.js';
import { UraError } from '../../src/errors.js';
import { type Changes, catalogueCopy, type Json, serviceWith } from '../support/config-copy.js';

const municipality = 'municipalities/20.json';
const housing = 'catalogue/housing.json';

async function services(changes: Changes = {}): Promise<Services> {
  const copy = await catalogueCopy(changes);
  try {
    return createServices(await readConfig(copy.folder, { URA_DATA: '/data' }), readMunicipalities());
  } finally {
    await copy.remove();
  }
}

describe('the effective card', () => {
  it('is the national one with the municipality filled in, where nothing differs', async () => {
    const { card, origins, municipality } = (await services()).effective('21', 'AL029901');
    assert.equal(municipality.nameSq, 'Fier');
    assert.equal(card.whereToApply[0]?.office.sq, 'Zyra me një ndalesë, Bashkia Fier');
    assert.equal(card.whereToApply[0]?.city, 'Fier');
    assert.equal(card.beneficiaries.en, 'Families registered in Fier');
    assert.equal(card.fee.baseAll, 200);
    assert.deepEqual([...new Set(Object.values(origins.card))], ['national']);
    assert.doesNotMatch(JSON.stringify(card), /\{(municipality|city)\}/);
  });

  it('takes whole fields of the municipality over national ones, and says which', async () => {
    const { card, origins } = (await services()).effective('20', 'AL029901');
    assert.equal(card.fee.baseAll, 500);
    assert.deepEqual(card.time, { workingDays: 20 }, 'the note of the national time is gone with it');
    assert.equal(card.whereToApply[0]?.city, 'Divjakë');
    assert.equal(card.whereToApply[0]?.address, 'Sheshi i qytetit 1');
    assert.equal(card.contact.email, 'info@bashkia.example');
    const own = Object.entries(origins.card).filter(([, origin]) => origin === 'municipality 20');
    assert.deepEqual(own.map(([field]) => field).sort(), ['fee', 'time', 'whereToApply']);
    assert.equal(Object.keys(origins.card).length, 15);
  });

  it('takes what the municipality says of the one service over what it says of all its services', async () => {
    const effective = (
      await services({
        [municipality]: (it) => ({
          ...it,
          contact: { text: { sq: 'Të gjitha', en: 'All' } },
          services: { AL029901: { card: { contact: { text: { sq: 'Ky', en: 'This one' } } } } },
        }),
      })
    ).effective('20', 'AL029901');
    assert.equal(effective.card.contact.text.en, 'This one');
  });

  it('leaves out and adds steps of the municipality', async () => {
    const { procedure, origins } = (await services()).effective('20', 'AL029901');
    assert.deepEqual(
      procedure.evidence.map(({ id }) => id),
      ['family', 'head'],
    );
    assert.deepEqual(origins.evidence, { family: 'national', head: 'municipality 20' });
    assert.deepEqual(
      origins.without.map(({ id }) => id),
      ['births'],
    );
  });

  it('refuses with a reason that the caller can act on', async () => {
    const all = await services();
    const refusal = (code: string, pointer?: string) => (error: unknown) =>
      error instanceof UraError && error.code === code && (error.errors[0]?.pointer ?? undefined) === pointer;
    assert.throws(
      () => all.effective('62', 'AL029901'),
      refusal('unknown-municipality', '/query/municipality'),
    );
    assert.throws(() => all.effective('99', 'AL029901', '/body'), refusal('unknown-municipality', '/body'));
    assert.throws(() => all.effective('20', 'AL000000'), refusal('unknown-service'));
    assert.throws(() => all.effective('20', 'constructor'), refusal('unknown-service'));
    assert.throws(() => all.effective('20', 'AL029902'), refusal('service-not-offered'));
    assert.equal(all.isOffered('20', 'AL029902'), false);
    assert.equal(all.isOffered('21', 'AL029902'), true);
    assert.equal(all.isOffered('21', 'AL000000'), false);
  });
});

describe('the version of an effective service', () => {
  const versions = async (changes: Changes = {}): Promise<string[]> => {
    const all = await services(changes);
    return ['20', '21'].map((code) => all.effective(code, 'AL029901').version);
  };

  it('is the same for the same content, read twice and in another order', async () => {
    const [first] = await versions();
    assert.match(first ?? '', /^[0-9a-f]{32}$/);
    const reversed = (value: unknown): unknown =>
      Array.isArray(value)
        ? value.map(reversed)
        : typeof value === 'object' && value !== null
          ? Object.fromEntries(
              Object.entries(value)
                .reverse()
                .map(([name, item]) => [name, reversed(item)]),
            )
          : value;
    assert.equal((await versions({ [housing]: (it) => reversed(it) as Json }))[0], first);
  });

  it('changes exactly for those whom a change concerns', async () => {
    const [divjake, fier] = await versions();
    assert.notEqual(divjake, fier);
    const fee = (baseAll: number) => (service: Json) => {
      const card = service.card as Json;
      return { ...service, card: { ...card, fee: { ...(card.fee as Json), baseAll } } };
    };
    // Divjakë has a fee of its own.
    const [divjakeAfter, fierAfter] = await versions({ [housing]: serviceWith('AL029901', fee(300)) });
    assert.equal(divjakeAfter, divjake);
    assert.notEqual(fierAfter, fier);
    const step = (service: Json) => ({
      ...service,
      procedure: { ...(service.procedure as Json), evidence: [] },
    });
    const [withoutSteps] = await versions({
      [housing]: serviceWith('AL029901', step),
      [municipality]: ({ services: _, ...it }) => it,
    });
    assert.notEqual(withoutSteps, divjake);
  });

  it('takes fractions, which forms have', () => {
    assert.notEqual(versionOf({ multipleOf: 0.5 }), versionOf({ multipleOf: 0.25 }));
  });
});
