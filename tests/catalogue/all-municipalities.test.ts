import assert from 'node:assert/strict';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { readMunicipalities } from '../../contracts/municipalities.js';
import { languages } from '../../src/catalogue/language.js';
import { createQueries } from '../../src/catalogue/queries.js';
import { createServices } from '../../src/catalogue/services.js';
import type { Config } from '../../src/config/config.js';
import { readConfig } from '../../src/config/read-config.js';
import { toServiceResource } from '../../src/http/handlers/service-resource.js';
import { findPackageRoot } from '../../src/package-root.js';
import { readGatewayDocument } from '../openapi/gateway-api.js';
import { catalogueCopy } from '../support/config-copy.js';

/** A typical one-stop shop offers about 76 services; the catalogue that comes with Ura has to hold as many. */
const SERVICES_AT_LEAST = 76;

/** The schema of `AdministrativeService` in openapi/gateway.yaml, which is JSON Schema 2020-12. */
function compileCardSchema() {
  const { schemas } = readGatewayDocument().components;
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats.default(ajv);
  ajv.addSchema({ $id: 'https://ura.example/gateway', components: { schemas } });
  const validate = ajv.getSchema('https://ura.example/gateway#/components/schemas/AdministrativeService');
  assert.ok(validate);
  return (value: unknown): string => {
    // What is written to the wire, without members that are undefined.
    return validate(JSON.parse(JSON.stringify(value))) ? '' : ajv.errorsText(validate.errors);
  };
}

/** Every service as each municipality offers it, in both languages. @returns how many were looked at. */
function checkAll(config: Config): { cards: number; notOffered: number } {
  const problemsOf = compileCardSchema();
  const municipalities = readMunicipalities();
  const services = createServices(config, municipalities);
  const queries = createQueries(config.queries);
  const seen = { cards: 0, notOffered: 0 };
  for (const { code: municipality, nameSq } of municipalities) {
    for (const { code, procedure } of services.national) {
      if (!services.isOffered(municipality, code)) {
        seen.notOffered += 1;
        continue;
      }
      const effective = services.effective(municipality, code);
      for (const language of languages) {
        const resource = toServiceResource(effective, queries, language);
        const where = `${code} in ${municipality} (${nameSq}), ${language}`;
        assert.equal(problemsOf(resource), '', where);
        assert.doesNotMatch(JSON.stringify(resource.card), /\{[a-z]+\}/, where);
        const form = (resource.procedure as { form: { properties: object } }).form;
        assert.deepEqual(
          Object.keys(form.properties),
          Object.keys(procedure.form.properties as object),
          where,
        );
      }
      seen.cards += 1;
    }
  }
  return seen;
}

describe('every service in all 61 municipalities', function () {
  this.timeout(120_000);
  const environment = { URA_DATA: '/data' };
  let config: Config;

  before(async () => {
    config = await readConfig(join(findPackageRoot(), 'config'), environment);
  });

  it('has a valid card in both languages, in the catalogue of the tests', async () => {
    const copy = await catalogueCopy();
    const { cards, notOffered } = checkAll(await readConfig(copy.folder, environment));
    await copy.remove();
    assert.deepEqual({ cards, notOffered }, { cards: 3 * 61 - 1, notOffered: 1 });
  });

  it('has a valid card in both languages, in the catalogue that comes with Ura', () => {
    const { cards, notOffered } = checkAll(config);
    assert.equal(cards + notOffered, config.services.length * 61);
    assert.ok(cards > notOffered, `${cards} offered, ${notOffered} not`);
  });

  it(`are ${SERVICES_AT_LEAST} or more`, () => {
    assert.ok(config.services.length >= SERVICES_AT_LEAST, `there are ${config.services.length}`);
  });
});
