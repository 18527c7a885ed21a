import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Exchange } from '../../../adapters/adapter.js';
import { adapterKinds } from '../../../adapters/index.js';
import { createBodyReader } from '../../../adapters/soap/body-reader.js';
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
for (const kind of Object.values(adapterKinds)) {
  if (kind.protocol !== 'soap') continue;
  const definition = kind.definition();
  // Late answers come by more ways: the registry's own test knows them.
  if (definition.later !== undefined) continue;

  describe(`${kind.name} mapping`, () => {
    const folder = join(findPackageRoot(), 'tests', 'golden', kind.name);
    const asked = new Set<string>();
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
      asked.add(operation.name);

      it(`asks as in ${behaviour}`, () => {
        const request = encodeRequest(operation, exchange, { encoding, xsd });
        assert.deepEqual(request.errors, []);
        assert.equal(canonical(request.body), canonical(read('request.xml')));
      });

      it(`understands the answer of ${behaviour}`, async () => {
        const body = read('response.xml').trim();
        const action = body.includes(':Fault>') ? definition.faultAction : operation.replyAction;
        const outcome = await readAnswer(
          definition,
          operation,
          exchange,
          { soapVersion: definition.soapVersion, body, action },
          { encoding, reader: createBodyReader(definition, { encoding, xsd }), validateEvidence },
        );
        assert.deepEqual(outcome, JSON.parse(read('outcome.json')));
      });
    }

    it('has a folder for each operation', () => {
      assert.deepEqual([...asked].sort(), definition.operations.map(({ name }) => name).sort());
    });
  });
}

function canonical(xml: string): string {
  return canonicalize(parseXmlText(xml.replace(/>\s+</g, '><').trim()));
}
