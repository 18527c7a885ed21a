import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { readRestContract } from '../../../adapters/rest/openapi-contract.js';
import { wellKnown } from '../../../adapters/rest/rest-definition.js';
import { restDefinitions } from './definitions.js';

// biome-ignore lint/suspicious/noExplicitAny: a document that the tests spoil at will.
type Document = any;

describe('OpenAPI documents of REST registries', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ura-openapi-'));
  after(() => rmSync(folder, { recursive: true }));
  const [first] = restDefinitions;
  const load = (): Document => parse(readFileSync((first as { openapiPath: string }).openapiPath, 'utf8'));
  const readSpoilt = (spoil: (document: Document) => void) => {
    const document = load();
    spoil(document);
    const path = join(folder, 'spoilt.yaml');
    writeFileSync(path, stringify(document));
    return readRestContract(path);
  };
  const post = (document: Document) => document.paths['/clearances'].post;

  it('is usable when nothing is spoilt', () => {
    assert.deepEqual(readSpoilt(() => {}).operationIds, ['clearance', 'issueCertificate', 'getExecution']);
  });

  const mistakes: readonly (readonly [string, (document: Document) => void, RegExp])[] = [
    [
      'an operation without a name',
      (it) => delete post(it).operationId,
      /post \/clearances has no operationId/,
    ],
    [
      'another method than POST',
      (it) => {
        it.paths['/clearances'] = { get: post(it) };
      },
      /clearance is not a POST without parameters/,
    ],
    [
      'a parameter outside of the body',
      (it) => {
        post(it).parameters = [{ name: 'x', in: 'query', schema: {} }];
      },
      /clearance is not a POST without parameters/,
    ],
    [
      'a place in the path for a value',
      (it) => {
        it.paths['/clearances/{nid}'] = { post: post(it) };
        delete it.paths['/clearances'];
      },
      /clearance is not a POST without parameters/,
    ],
    ['a body that may be left out', (it) => delete post(it).requestBody.required, /no required body/],
    [
      'a body of another type',
      (it) => {
        post(it).requestBody.content = { 'text/plain': { schema: {} } };
      },
      /no required body/,
    ],
    [
      'an answer for any status',
      (it) => {
        post(it).responses.default = post(it).responses['200'];
      },
      /default is not one status/,
    ],
    [
      'an answer without a schema',
      (it) => delete post(it).responses['200'].content['application/json'].schema,
      /without a schema/,
    ],
    [
      'a reference that leads nowhere',
      (it) => delete it.components.schemas.Taxpayer,
      /can't resolve reference/,
    ],
    [
      'a keyword that nobody knows',
      (it) => {
        it.components.schemas.Taxpayer.maxLenght = 3;
      },
      /unknown keyword/,
    ],
    [
      'two operations of one name',
      (it) => {
        it.paths['/again'] = { post: structuredClone(post(it)) };
      },
      /clearance is declared twice/,
    ],
  ];
  for (const [name, spoil, words] of mistakes) {
    it(`refuses ${name}`, () => assert.throws(() => readSpoilt(spoil), words));
  }

  it('names the place and the rule, never the value', () => {
    const contract = readSpoilt(() => {}).operation('clearance');
    const taxpayer = { kind: 'PERSON', number: 'SECRET' };
    const errors = contract.checkRequest({ messageId: 'x', taxpayer });
    assert.ok(errors.length > 0);
    assert.doesNotMatch(errors.join(), /SECRET/);
    assert.equal(contract.checkAnswer(201, 'application/json', {}), undefined);
    assert.equal(contract.checkAnswer(200, 'text/plain', {}), undefined);
    assert.throws(() => readSpoilt(() => {}).operation('other'), /no operation other/);
  });

  for (const { name, openapiPath, operations } of restDefinitions) {
    describe(name, () => {
      const document = parse(readFileSync(openapiPath, 'utf8')) as Document;
      const contract = readRestContract(openapiPath);

      it('has the operations of the adapter, and no others', () => {
        const ids = [
          ...operations.map(({ operationId }) => operationId),
          wellKnown.statusOperation,
          wellKnown.executionOperation,
        ];
        assert.deepEqual(
          contract.operationIds.filter((id) => !ids.includes(id)),
          [],
        );
        for (const { operationId } of operations) contract.operation(operationId);
      });

      it('closes every object', () => {
        const open: string[] = [];
        const visit = (value: Document, path: string): void => {
          if (typeof value !== 'object' || value === null) return;
          if (value.type === 'object' && value.additionalProperties !== false) open.push(path);
          for (const [key, inner] of Object.entries(value)) visit(inner, `${path}/${key}`);
        };
        visit(document.components.schemas, '');
        assert.deepEqual(open, []);
      });

      it('has each answer repeat the messageId, and each problem its status', () => {
        for (const [path, { post: operation }] of Object.entries<Document>(document.paths)) {
          for (const [status, { content }] of Object.entries<Document>(operation.responses)) {
            for (const { schema } of Object.values<Document>(content)) {
              for (const { $ref } of schema.oneOf ?? schema.anyOf ?? [schema]) {
                const answer = document.components.schemas[$ref.split('/').at(-1)];
                assert.ok(answer.required.includes('messageId'), `${path} ${status}`);
                if (Number(status) >= 400) assert.equal(answer.properties.status.const, Number(status));
              }
            }
          }
        }
      });

      it('says the same as the other documents where it uses the same words', () => {
        const own = document.components.schemas;
        const others = parse(
          readFileSync((first as { openapiPath: string }).openapiPath, 'utf8'),
        ) as Document;
        for (const word of ['Context', 'MessageId', 'Text', 'Moment', 'Day', 'Busy', 'BadRequest']) {
          assert.deepEqual(own[word], others.components.schemas[word], word);
        }
      });
    });
  }
});
