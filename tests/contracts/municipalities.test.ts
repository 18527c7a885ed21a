import assert from 'node:assert/strict';
import { readMunicipalities } from '../../adapters/civil/simulator/municipalities.js';

describe('municipalities', () => {
  const municipalities = readMunicipalities();

  it('are 61, coded 01 to 61 in order', () => {
    const codes = Array.from({ length: 61 }, (_, at) => String(at + 1).padStart(2, '0'));
    assert.deepEqual(
      municipalities.map(({ code }) => code),
      codes,
    );
  });

  it('lie in twelve counties, each with one NUTS 3 code and LAU codes of its own', () => {
    const counties = new Map(municipalities.map(({ nuts3, countySq }) => [nuts3, countySq]));
    assert.equal(counties.size, 12);
    assert.equal(new Set(counties.values()).size, 12);
    assert.equal(new Set(municipalities.map(({ lau }) => lau)).size, 61);
    for (const { nuts3, countySq, lau, nameSq } of municipalities) {
      assert.equal(counties.get(nuts3), countySq);
      assert.match(lau, /^AL\d{3}$/);
      assert.match(nameSq, /^\p{Lu}[\p{L} ]+$/u);
    }
  });

  it('name Divjakë as the registry and the demonstration do', () => {
    assert.deepEqual(
      municipalities.find(({ code }) => code === '20'),
      {
        code: '20',
        nameSq: 'Divjakë',
        lau: 'AL321',
        nuts3: 'AL032',
        countySq: 'Fier',
      },
    );
  });
});
