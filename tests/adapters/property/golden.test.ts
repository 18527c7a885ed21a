import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Exchange } from '../../../adapters/adapter.js';
import { propertyDefinition } from '../../../adapters/property/definition.js';
import { encodeStatus, readStatus } from '../../../adapters/soap/ask-status.js';
import { createBodyReader } from '../../../adapters/soap/body-reader.js';
import { encodeRequest } from '../../../adapters/soap/encode-request.js';
import { encodePoll, readDelivered, readPolled } from '../../../adapters/soap/late-answer.js';
import { readAnswer } from '../../../adapters/soap/read-answer.js';
import { openSoapEncoding, type SoapEncoding } from '../../../adapters/soap/soap-encoding.js';
import { compileXsd, type XsdValidation } from '../../../adapters/soap/xsd-validation.js';
import { createEvidenceValidator } from '../../../contracts/canonical/validate.js';
import { findPackageRoot } from '../../../src/package-root.js';
import { canonicalize } from '../../../src/signing/xml/c14n.js';
import { parseXmlText } from '../../../src/signing/xml/parse.js';

/**
 * One folder a behaviour, as for `civil`. Late answers say in request.json which way they come: `poll` (request.xml is
 * the asking again) or `callback` (there is no request.xml), and under which ticket the question was taken.
 */
interface Golden extends Exchange {
  readonly way?: 'poll' | 'callback' | 'status';
  readonly ticket?: string;
}

const folder = join(findPackageRoot(), 'tests', 'golden', 'property');
const definition = propertyDefinition();
const { later, status } = definition;
assert.ok(later !== undefined && status !== undefined);

describe('property mapping', () => {
  let encoding: SoapEncoding;
  let xsd: XsdValidation;
  const validateEvidence = createEvidenceValidator();

  before(async () => {
    encoding = await openSoapEncoding(definition.wsdlPath);
    xsd = compileXsd(definition.xsdPath);
  });
  after(() => xsd.dispose());

  for (const behaviour of readdirSync(folder).sort()) {
    const read = (file: string) => readFileSync(join(folder, behaviour, file), 'utf8');
    const { way, ticket, ...exchange } = JSON.parse(read('request.json')) as Golden;
    const operation = definition.operations.find(({ name }) => name === exchange.operation);
    assert.ok(operation !== undefined, `${behaviour} asks for an operation that does not exist`);

    if (way !== 'callback') {
      it(`asks as in ${behaviour}`, () => {
        const request =
          way === 'poll'
            ? encodePoll(later, exchange, ticket ?? '', { encoding, xsd })
            : way === 'status'
              ? encodeStatus(status, exchange, { encoding, xsd })
              : encodeRequest(operation, exchange, { encoding, xsd });
        assert.deepEqual(request.errors, []);
        assert.equal(canonical(request.body), canonical(read('request.xml')));
      });
    }

    it(`understands the answer of ${behaviour}`, async () => {
      const body = read('response.xml').trim();
      const pair = { poll: later.poll, callback: later.callback, status }[way as string] ?? operation;
      const own = way === 'callback' ? pair.soapAction : pair.replyAction;
      // The action of whatever the answer is, so that only what it says is left to be judged.
      const named = /<(\w+) xmlns="urn:al:ura:registry:property:v1">/.exec(body)?.[1];
      const action = body.includes(':Fault>') ? definition.faultAction : own.replace(/\w+$/, named ?? '');
      const verified = { soapVersion: definition.soapVersion, body, action };
      const reader = createBodyReader(definition, { encoding, xsd });
      const parts = { definition, encoding, reader, validateEvidence };
      const outcome = await {
        poll: () => readPolled(parts, later, operation, exchange, ticket ?? '', verified),
        callback: () => readDelivered(parts, later, operation, exchange, ticket, verified),
        status: () => readStatus(parts, status, operation, exchange, verified),
        call: () => readAnswer(definition, operation, exchange, verified, parts),
      }[way ?? 'call']();
      assert.deepEqual(outcome, JSON.parse(read('outcome.json')));
    });
  }
});

function canonical(xml: string): string {
  return canonicalize(parseXmlText(xml.replace(/>\s+</g, '><').trim()));
}
