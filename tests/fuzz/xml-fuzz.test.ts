import assert from 'node:assert/strict';
import { compareParsers } from './compare-documents.js';
import { fuzz } from './xml-fuzz.js';

/** A longer campaign is `make fuzz`. */
const comparisons = Number(process.env.URA_FUZZ_COMPARISONS ?? 6000);

describe('differential fuzzing', () => {
  it(`finds no unexplained difference in ${comparisons} comparisons with libxml2, saxes and xml-crypto`, async function () {
    this.timeout(0);
    const seed = Number(process.env.URA_FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 31));
    console.log(`      seed ${seed}`);
    assert.deepEqual(await fuzz({ comparisons, seed }), []);
  });

  it('takes what only we refuse for a difference, unless it is on the strict list', () => {
    assert.equal(compareParsers('<a><!-- on the list --></a>'), undefined);
    assert.match(
      String(compareParsers(`<a>${'<b>'.repeat(70)}${'</b>'.repeat(70)}</a>`)),
      /^only ours refuses: xml-too-deep/,
    );
  });
});
