import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEvidenceValidator } from '../../../contracts/canonical/validate.js';
import { findPackageRoot } from '../../../src/package-root.js';

const folder = join(findPackageRoot(), 'contracts', 'canonical');
const example = (evidenceType: string) =>
  JSON.parse(readFileSync(join(folder, `${evidenceType}.schema.json`), 'utf8')).examples[0];

describe('createEvidenceValidator', () => {
  const validate = createEvidenceValidator();

  for (const file of readdirSync(folder).filter((name) => name.endsWith('.schema.json'))) {
    const evidenceType = file.replace('.schema.json', '');
    it(`accepts the example of ${evidenceType}, and not with an unknown member`, () => {
      assert.deepEqual(validate(evidenceType, example(evidenceType)), []);
      assert.deepEqual(validate(evidenceType, { ...example(evidenceType), surplus: 1 }), [
        '/ additionalProperties',
      ]);
    });
  }

  it('names the place and the rule, never the value', () => {
    const record = example('person-record');
    const wrong = { ...record, person: { ...record.person, dateOfBirth: '1977-02-30' } };
    assert.deepEqual(validate('person-record', wrong), ['/person/dateOfBirth format']);
    assert.deepEqual(validate('person-record', { ...record, civilStatus: 'ENGAGED' }), ['/civilStatus enum']);
  });

  it('coerces nothing', () => {
    const record = example('person-record');
    assert.deepEqual(validate('person-record', { ...record, asOf: 20260302 }), ['/asOf type']);
    assert.deepEqual(validate('person-record', JSON.stringify(record)), ['/ type']);
  });

  it('refuses an evidence type that has no schema', () => {
    assert.deepEqual(validate('horoscope', {}), ['/ unknown-evidence-type']);
    assert.deepEqual(validate('__proto__', {}), ['/ unknown-evidence-type']);
  });

  it('does not start with a schema that uses a keyword which nobody knows', () => {
    const own = mkdtempSync(join(tmpdir(), 'ura-schema-'));
    writeFileSync(join(own, 'a.schema.json'), JSON.stringify({ $id: 'https://ura.example/a', maxLenght: 3 }));
    assert.throws(() => createEvidenceValidator(own), /unknown keyword/);
    rmSync(own, { recursive: true });
  });
});
