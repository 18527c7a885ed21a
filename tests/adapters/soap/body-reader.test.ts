import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { adapterKinds } from '../../../adapters/index.js';
import { type BodyReader, createBodyReader, largeBody } from '../../../adapters/soap/body-reader.js';
import { answerOf } from '../../../adapters/soap/read-answer.js';
import { readBody } from '../../../adapters/soap/read-body.js';
import { openSoapEncoding, type SoapEncoding } from '../../../adapters/soap/soap-encoding.js';
import { compileXsd, type XsdValidation } from '../../../adapters/soap/xsd-validation.js';
import { findPackageRoot } from '../../../src/package-root.js';

const kind = adapterKinds.property;
assert.ok(kind?.protocol === 'soap');
const definition = kind.definition();
const [ownership] = definition.operations;
assert.ok(ownership !== undefined);

const golden = join(findPackageRoot(), 'tests/golden/property/ownership-of-two/response.xml');
const small = readFileSync(golden, 'utf8').replace(/>\s+</g, '><').trim();
/** As many properties as the schema lets one person have. */
const large = small.replace(/<Property>.*<\/Property>/, (two) => two.repeat(250));
const { soapVersion } = definition;

describe('reading large bodies in a thread', function () {
  this.timeout(30_000);
  let encoding: SoapEncoding;
  let xsd: XsdValidation;
  let reader: BodyReader;
  const message = (body: string, action = ownership.replyAction) => ({ soapVersion, body, action });
  const expected = () => answerOf(ownership, encoding);

  before(async () => {
    encoding = await openSoapEncoding(definition.wsdlPath);
    xsd = compileXsd(definition.xsdPath);
  });
  after(() => xsd.dispose());
  beforeEach(() => {
    reader = createBodyReader(definition, { encoding, xsd });
  });
  afterEach(() => reader.close());

  it('finds what is found without one, and lets everybody else go on meanwhile', async () => {
    assert.ok(large.length > largeBody);
    let turns = 0;
    const turning = setInterval(() => {
      turns += 1;
    }, 1);
    const read = await reader.read(expected(), message(large));
    clearInterval(turning);
    assert.equal(read.kind, 'answer');
    assert.deepEqual(read, readBody(definition, { encoding, xsd }, expected(), message(large)));
    assert.equal(reader.answered, 1);
    assert.ok(turns > 0, 'the event loop turned');
  });

  it('reads at once what is small', async () => {
    assert.equal((await reader.read(expected(), message(small))).kind, 'answer');
    assert.equal(reader.answered, 0);
  });

  const forgeries: readonly (readonly [string, (body: string) => string, string | RegExp])[] = [
    ['an id', (body) => body.replace('<Query>', '<Query id="__proto__">'), 'body: reference-attribute'],
    ['a reserved name', (body) => body.replace('<Query>', '<constructor/><Query>'), 'body: reserved-name'],
    [
      'one more than the schema lets pass',
      (body) => body.replace(/<Property>.*?<\/Property>/, (one) => one.repeat(2)),
      /^xsd: \//,
    ],
    ['another operation', (body) => body.replaceAll('GetOwnershipResponse', 'GetOwnership'), /^(xsd|body): /],
  ];
  for (const [what, forge, reason] of forgeries) {
    it(`refuses a large body with ${what} for the same reason`, async () => {
      const forged = forge(large);
      assert.notEqual(forged, large);
      const read = await reader.read(expected(), message(forged));
      assert.ok(read.kind === 'invalid', read.kind);
      assert.match(read.reason, typeof reason === 'string' ? new RegExp(`^${reason}$`) : reason);
      assert.deepEqual(read, readBody(definition, { encoding, xsd }, expected(), message(forged)));
      assert.equal(reader.answered, 1);
    });
  }

  it('says that it could not be read when the thread crashes or takes too long, and goes on', async () => {
    const script = (source: string) => new URL(`data:text/javascript,${encodeURIComponent(source)}`);
    for (const source of ['throw new Error("broken")', 'for (;;);']) {
      const broken = createBodyReader(
        definition,
        { encoding, xsd },
        { script: script(source), callTimeoutMs: 300 },
      );
      for (const _ of [1, 2]) {
        assert.deepEqual(await broken.read(expected(), message(large)), {
          kind: 'invalid',
          reason: 'body: reader-failed',
        });
      }
      assert.equal((await broken.read(expected(), message(small))).kind, 'answer');
      await broken.close();
    }
  });

  it('refuses what is large once it is closed', async () => {
    await reader.close();
    assert.deepEqual(await reader.read(expected(), message(large)), {
      kind: 'invalid',
      reason: 'body: reader-failed',
    });
  });
});
