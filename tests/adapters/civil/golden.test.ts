import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Exchange } from '../../../adapters/adapter.js';
import { civilDefinition } from '../../../adapters/civil/definition.js';
import { encodeRequest } from '../../../adapters/soap/encode-request.js';
import { readAnswer } from '../../../adapters/soap/read-answer.js';
import { openSoapEncoding, type SoapEncoding } from '../../../adapters/soap/soap-encoding.js';
import { compileXsd, type XsdValidation } from '../../../adapters/soap/xsd-validation.js';
import { createEvidenceValidator } from '../../../contracts/canonical/validate.js';
import { findPackageRoot } from '../../../src/package-root.js';
import { canonicalize } from '../../../src/signing/xml/c14n.js';
import { parseXmlText } from '../../../src/signing/xml/parse.js';

/**
 * One folder a behaviour: request.json (the exchange) becomes request.xml (content of Body), and response.xml
 * (a verified Body) becomes outcome.json. The XML files are indented for reading; white space between elements
 * means nothing.
 */
const folder = join(findPackageRoot(), 'tests', 'golden', 'civil');
const definition = civilDefinition();

describe('civil mapping', () => {
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
    const exchange = JSON.parse(read('request.json')) as Exchange;
    const operation = definition.operations.find(({ name }) => name === exchange.operation);
    assert.ok(operation !== undefined, `${behaviour} asks for an operation that does not exist`);

    it(`asks as in ${behaviour}`, () => {
      const request = encodeRequest(operation, exchange, { encoding, xsd });
      assert.deepEqual(request.errors, []);
      assert.equal(canonical(request.body), canonical(read('request.xml')));
    });

    it(`understands the answer of ${behaviour}`, () => {
      const body = read('response.xml').trim();
      const action = body.includes(':Fault>') ? definition.faultAction : operation.replyAction;
      const outcome = readAnswer(
        definition,
        operation,
        exchange,
        { soapVersion: definition.soapVersion, body, action },
        { encoding, xsd, validateEvidence },
      );
      assert.deepEqual(outcome, JSON.parse(read('outcome.json')));
    });
  }
});

function canonical(xml: string): string {
  return canonicalize(parseXmlText(xml.replace(/>\s+</g, '><').trim()));
}
