import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { canonicalJson } from '../../src/evidence/canonical-json.js';
import { createEvidenceStore } from '../../src/evidence/evidence-store.js';
import { buildReceipt } from '../../src/evidence/receipt.js';
import { createRequestStore } from '../../src/requests/request-store.js';
import { acceptance, accepted } from '../requests/acceptance.js';
import { type FreshDatabase, freshDatabase } from '../support/fresh-database.js';

describe('the evidence of a request', () => {
  let fresh: FreshDatabase;
  before(async () => {
    fresh = await freshDatabase();
  });
  after(() => fresh.drop());

  it('comes back byte for byte, in its order, with its digest', async () => {
    const bytes = Buffer.from([0, 1, 0xff, 0xfe, 0x0d, 0x0a]);
    const given = acceptance({
      evidence: [
        {
          kind: 'client-request',
          bytes,
          mediaType: 'application/json',
          signedBy: 'k',
          meta: { signature: 'ura=:AA==:' },
        },
        { kind: 'decision', bytes: Buffer.from('{}'), mediaType: 'application/json' },
      ],
    });
    await createRequestStore(fresh.database).accept(given);
    const store = createEvidenceStore(fresh.database);
    const [first, second] = await store.read(given.request.id);
    assert.deepEqual(first?.bytes, bytes);
    assert.deepEqual(first?.meta, { signature: 'ura=:AA==:' });
    assert.deepEqual(await store.list(given.request.id), [
      {
        sequence: 1,
        kind: 'client-request',
        sha256: createHash('sha256').update(bytes).digest('hex'),
        sizeBytes: 6,
        mediaType: 'application/json',
        recordedAt: given.request.acceptedAt,
        signedBy: 'k',
      },
      {
        sequence: 2,
        kind: 'decision',
        sha256: createHash('sha256').update('{}').digest('hex'),
        sizeBytes: 2,
        mediaType: 'application/json',
        recordedAt: given.request.acceptedAt,
      },
    ]);
    assert.equal(second?.signedBy, undefined);
    assert.deepEqual(await store.list('0199a1f2-6c3e-7d41-9a5b-3f2c1d0e4b5a'), []);
  });

  it('is listed in a receipt by digest alone, and the signature covers everything else', async () => {
    const given = acceptance();
    await createRequestStore(fresh.database).accept(given);
    let signedBytes: Uint8Array = Buffer.alloc(0);
    const receipt = await buildReceipt(
      {
        evidence: createEvidenceStore(fresh.database),
        clock: { now: () => 1_800_000_000_000 },
        signReceipt: async (bytes) => {
          signedBytes = bytes;
          return 'signature';
        },
      },
      accepted(given),
    );
    const { signature, ...rest } = receipt;
    assert.equal(signature, 'signature');
    assert.equal(Buffer.from(signedBytes).toString(), canonicalJson(rest));
    assert.equal((receipt.evidence as object[]).length, 2);
    assert.equal(JSON.stringify(receipt).includes(given.request.envelope.subject.notation), false);
  });
});

describe('canonical JSON', () => {
  it('sorts members by UTF-16 and leaves out white space (RFC 8785 §3.2.3)', () => {
    const value = JSON.parse(
      '{"\\u20ac":1,"\\r":2,"\\ufb33":3,"1":4,"\\ud83d\\ude00":5,"\\u0080":6,"\\u00f6":7}',
    ) as object;
    assert.equal(canonicalJson(value), '{"\\r":2,"1":4,"\u0080":6,"ö":7,"€":1,"😀":5,"\ufb33":3}');
  });

  it('says the same for the same data in any order, and reads back as the same', () => {
    const leaf = fc.oneof(fc.string(), fc.boolean(), fc.constant(null), fc.maxSafeInteger());
    const names = fc.string().filter((name) => name !== '__proto__');
    const { data } = fc.letrec((tie) => ({
      data: fc.oneof({ maxDepth: 4 }, leaf, fc.array(tie('data')), fc.dictionary(names, tie('data'))),
    }));
    fc.assert(
      fc.property(data, (value) => {
        const text = canonicalJson(value);
        assert.deepEqual(JSON.parse(text), JSON.parse(JSON.stringify(value)));
        assert.equal(canonicalJson(reversed(value)), text);
      }),
    );
  });

  it('refuses numbers whose canonical form needs more rules', () => {
    for (const number of [0.5, 1e21, Number.NaN, Number.POSITIVE_INFINITY]) {
      assert.throws(() => canonicalJson({ number }), TypeError);
    }
  });
});

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([name, member]) => [name, reversed(member)]),
  );
}
