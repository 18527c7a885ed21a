import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import { adapterKinds } from '../../adapters/index.js';
import { findPackageRoot } from '../../src/package-root.js';

// They are not held against the meta-schema when the gateway starts, because that takes longer than all the rest.
describe('schemas that come with the program', () => {
  const ajv = new Ajv2020({ strict: false });
  const folder = join(findPackageRoot(), 'openapi', 'registries');

  for (const file of readdirSync(folder)) {
    it(`are JSON Schema 2020-12 in openapi/registries/${file}`, () => {
      const { components } = parse(readFileSync(join(folder, file), 'utf8')) as {
        components: { schemas: Record<string, object> };
      };
      for (const [name, schema] of Object.entries(components.schemas)) {
        assert.ok(ajv.validateSchema(schema), `${name}: ${ajv.errorsText()}`);
      }
    });
  }

  it('are JSON Schema 2020-12 for the options of each adapter', () => {
    for (const [name, { optionsSchema = {} }] of Object.entries(adapterKinds)) {
      assert.ok(ajv.validateSchema(optionsSchema), `${name}: ${ajv.errorsText()}`);
    }
  });

  it('are told from what is none', () => {
    assert.equal(ajv.validateSchema({ type: 'text' }), false);
  });
});
