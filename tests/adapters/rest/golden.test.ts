import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Exchange } from '../../../adapters/adapter.js';
import { encodeBody, encodeRequest } from '../../../adapters/rest/encode-request.js';
import { readRestContract } from '../../../adapters/rest/openapi-contract.js';
import { readAnswer } from '../../../adapters/rest/read-answer.js';
import { wellKnown } from '../../../adapters/rest/rest-definition.js';
import { createEvidenceValidator } from '../../../contracts/canonical/validate.js';
import { findPackageRoot } from '../../../src/package-root.js';
import { restDefinitions } from './definitions.js';

/**
 * One folder a behaviour: request.json (the exchange) becomes question.json (the body), and answer.json (status, type
 * and body of a verified answer) becomes outcome.json. With `way: status` the question is what became of the exchange.
 */
for (const definition of restDefinitions) {
  describe(`${definition.name} mapping`, () => {
    const folder = join(findPackageRoot(), 'tests', 'golden', definition.name);
    const contract = readRestContract(definition.openapiPath);
    const validateEvidence = createEvidenceValidator();
    const operations = new Set<string>();

    for (const behaviour of readdirSync(folder).sort()) {
      const read = (file: string) => JSON.parse(readFileSync(join(folder, behaviour, file), 'utf8'));
      const { way, ...exchange } = read('request.json') as Exchange & { readonly way?: 'status' };
      const operation = definition.operations.find(({ name }) => name === exchange.operation);
      assert.ok(operation !== undefined, `${behaviour} asks for an operation that does not exist`);
      operations.add(operation.name);
      const asked = contract.operation(operation.operationId);
      const called = way === 'status' ? contract.operation(wellKnown.executionOperation) : asked;

      it(`asks as in ${behaviour}`, () => {
        const { bytes, errors } =
          way === 'status' ? encodeBody(called, exchange, {}) : encodeRequest(operation, called, exchange);
        assert.deepEqual(errors, []);
        assert.deepEqual(JSON.parse(Buffer.from(bytes).toString()), read('question.json'));
      });

      it(`understands the answer of ${behaviour}`, () => {
        const { status, mediaType, body } = read('answer.json');
        const answer = { status, mediaType, bytes: Buffer.from(JSON.stringify(body)) };
        const outcome = readAnswer(operation, exchange, answer, { called, asked, validateEvidence });
        assert.deepEqual(outcome, read('outcome.json'));
      });
    }

    it('has a folder for each operation', () => {
      assert.deepEqual([...operations].sort(), definition.operations.map(({ name }) => name).sort());
    });
  });
}
