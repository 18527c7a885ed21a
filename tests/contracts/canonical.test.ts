import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormatsModule from 'ajv-formats';
import { findPackageRoot } from '../../src/package-root.js';

interface Schema {
  readonly $id: string;
  readonly title: string;
  readonly examples: readonly Record<string, unknown>[];
  readonly properties: Record<string, Record<string, unknown>>;
  readonly [key: string]: unknown;
}

const root = findPackageRoot();
const folder = join(root, 'contracts', 'canonical');
const suffix = '.schema.json';
const names = readdirSync(folder)
  .filter((file) => file.endsWith(suffix))
  .map((file) => file.slice(0, -suffix.length));
const schemas = new Map(
  names.map((name) => [name, JSON.parse(readFileSync(join(folder, name + suffix), 'utf8')) as Schema]),
);

function validators(): ReadonlyMap<string, ValidateFunction> {
  const ajv = new Ajv2020({ strict: true, strictRequired: false, allErrors: true });
  ajv.addVocabulary(['x-sq', 'x-term']);
  // A CommonJS module: its default export is the function, whatever the types say.
  (addFormatsModule as unknown as (ajv: Ajv2020) => void)(ajv);
  for (const schema of schemas.values()) ajv.addSchema(schema);
  return new Map(
    names.map((name) => {
      const validate = ajv.getSchema(schemas.get(name)?.$id ?? '');
      assert.ok(validate !== undefined);
      return [name, validate];
    }),
  );
}

/** Visits every object that describes a member of some object. */
function eachProperty(
  schema: unknown,
  visit: (property: Record<string, unknown>, path: string) => void,
  path = '',
): void {
  if (typeof schema !== 'object' || schema === null) return;
  for (const [key, value] of Object.entries(schema)) {
    // Conditions repeat members, and describe none.
    if (['examples', 'if', 'then'].includes(key)) continue;
    const here = `${path}/${key}`;
    if (key === 'examples') continue;
    if (key !== 'properties' || /\/(if|then|else)\/properties$/.test(here)) {
      eachProperty(value, visit, here);
      continue;
    }
    // A member may itself be called `properties`, so that only the schema around it says what the word means.
    for (const [name, each] of Object.entries(value)) {
      visit(each as Record<string, unknown>, `${here}/${name}`);
      eachProperty(each, visit, `${here}/${name}`);
    }
  }
}

describe('canonical contracts', () => {
  const compiled = validators();

  it('has these schemas and no other', () => {
    assert.deepEqual(names.toSorted(), [
      'address',
      'business-extract',
      'civil-status-record',
      'companies-of-person',
      'counter-document',
      'evidence',
      'family-composition',
      'identifier',
      'legal-entity',
      'person',
      'person-record',
      'property',
      'property-card',
      'property-ownership-record',
      'requester',
      'residence-record',
      'service-case',
      'tax-clearance',
    ]);
  });

  for (const [name, schema] of schemas) {
    it(`${name}: is named by its file, and closed`, () => {
      assert.equal(schema.$id, `https://ura.example/contracts/canonical/v1/${name}.schema.json`);
      assert.equal(schema.$schema, 'https://json-schema.org/draft/2020-12/schema');
      const open: string[] = [];
      const visit = (value: unknown, path: string): void => {
        if (typeof value !== 'object' || value === null) return;
        const part = value as Record<string, unknown>;
        if (part.type === 'object' && part.additionalProperties !== false) open.push(path);
        for (const [key, inner] of Object.entries(part)) visit(inner, `${path}/${key}`);
      };
      visit(schema, '');
      assert.deepEqual(open, []);
    });

    it(`${name}: speaks English and Albanian, and names the term of each member`, () => {
      const isBilingual = (part: Record<string, unknown>, path: string) => {
        const albanian = part['x-sq'] as { title?: string; description?: string } | undefined;
        for (const words of [part.title, part.description, albanian?.title, albanian?.description]) {
          assert.ok(typeof words === 'string' && words.trim() !== '', `${path} lacks words`);
        }
        assert.match(
          String(part['x-term']),
          /^(adms|al|cccev|cv|dct|foaf|legal|locn|org|person|skos):\w+$/,
          path,
        );
      };
      isBilingual(schema, '');
      let count = 0;
      eachProperty(schema, (property, path) => {
        count += 1;
        isBilingual(property, path);
      });
      assert.ok(count >= 2);
    });

    it(`${name}: accepts its examples, and not without a required member or with one more`, () => {
      const validate = compiled.get(name);
      assert.ok(validate !== undefined && schema.examples.length > 0);
      for (const example of schema.examples) {
        assert.ok(validate(example), JSON.stringify(validate.errors));
        for (const required of schema.required as string[]) {
          const { [required]: _, ...rest } = example;
          assert.equal(validate(rest), false, `${required} is not required`);
        }
        assert.equal(validate({ ...example, surplus: 1 }), false);
      }
    });
  }

  it('tells the shapes of the identifier schemes apart', () => {
    const validate = compiled.get('identifier');
    const cases: [string, string, boolean][] = [
      ['NID', 'J00101999W', true],
      ['NID', 'J00101999A', true],
      ['NID', 'J01301999W', false],
      ['NID', 'U00101999W', false],
      ['NID', 'j00101999W', false],
      ['NUIS', 'K11234567D', true],
      ['NUIS', 'ALK11234567D', false],
      ['NUIS', 'I11234567D', false],
      ['PROPERTY', '8270/8/638', true],
      ['PROPERTY', '827/8/638', false],
      ['OTHER', 'J00101999W', false],
    ];
    for (const [scheme, notation, expected] of cases) {
      assert.equal(validate?.({ scheme, notation }), expected, `${scheme} ${notation}`);
    }
  });

  it('has where and when for an appointment, and for nothing else', () => {
    const validate = compiled.get('counter-document');
    const [appointment = {}, issued = {}] = schemas.get('counter-document')?.examples ?? [];
    const { appointment: where, ...without } = appointment;
    assert.equal(appointment.documentKind, 'APPOINTMENT');
    assert.equal(validate?.(without), false);
    assert.equal(validate?.({ ...issued, appointment: where }), false);
  });

  it('knows the same codes as the registry contract', () => {
    const xsd = readFileSync(join(root, 'contracts', 'registries', 'civil', 'civil.xsd'), 'utf8');
    const inXsd = (type: string) => {
      const [, body = ''] =
        new RegExp(`<xs:simpleType name="${type}">(.*?)</xs:simpleType>`, 's').exec(xsd) ?? [];
      return [...body.matchAll(/<xs:enumeration value="([^"]+)"/g)].map(([, value]) => value);
    };
    const inSchemas = new Map<string, unknown>();
    for (const [name, schema] of schemas) {
      eachProperty(schema, (property, path) => {
        if (property.enum)
          inSchemas.set(`${name} ${path.replaceAll(/\/(properties|items)/g, '')}`, property.enum);
      });
    }
    const pairs: [string, string][] = [
      ['SexType', 'person /sex'],
      ['CivilStatusType', 'person-record /civilStatus'],
      ['CivilStatusType', 'civil-status-record /civilStatus'],
      ['RelationToHeadType', 'family-composition /members/relationToHead'],
      ['MaritalEventKindType', 'civil-status-record /maritalEvents/kind'],
      ['FactKindType', 'civil-status-record /fact/kind'],
    ];
    for (const [type, path] of pairs)
      assert.deepEqual(inSchemas.get(path), inXsd(type), `${type} and ${path}`);
    const sources = inXsd('SourceType').map((value) => value?.toLowerCase());
    assert.deepEqual(inSchemas.get('person-record /source'), sources);
    assert.deepEqual(inSchemas.get('civil-status-record /source'), sources);
  });

  it('has types that are generated from these schemas', function () {
    this.timeout(20_000);
    execFileSync(process.execPath, [join(root, 'scripts', 'generate-types.mjs'), '--check']);
  });
});
