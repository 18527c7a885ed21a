import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { findPackageRoot } from '../../src/package-root.js';
import {
  groupFiles,
  municipalityFiles,
  queries,
  queryFiles,
  services,
  stringsIn,
  textsIn,
} from './catalogue-files.js';
import { publishedServices } from './published-services.js';
import { stepProblems } from './step-problems.js';

/** In the order of their numbers: the third and fourth digit of a code AL02GGNN. */
const groups = [
  'civil',
  'social',
  'housing',
  'education',
  'agriculture-forest',
  'transport',
  'business-tax',
  'urban-planning',
  'public-space',
  'environment',
  'documents-complaints',
];
const cardFields = [
  'purpose',
  'offers',
  'beneficiaries',
  'requiredDocuments',
  'whereToApply',
  'onlineLevel',
  'fee',
  'time',
  'output',
  'outputValidity',
  'pickUp',
  'responsibleInstitution',
  'contact',
  'complaint',
  'legalBasis',
];

describe('the catalogue of services', () => {
  it('has the eleven groups, one file each', () => {
    assert.deepEqual([...groupFiles.keys()].sort(), [...groups].sort());
    for (const [file, { group }] of groupFiles) assert.equal(group, file);
  });

  it('has at least 76 administrative services', () => {
    assert.ok(services.length >= 76, `${services.length}`);
  });

  it('has each code once, over services and queries', () => {
    const inQueries = [...queryFiles.values()].flatMap((file) => file.services);
    const codes = [...services, ...inQueries].map(({ code }) => code);
    assert.deepEqual(
      codes.filter((code, index) => codes.indexOf(code) !== index),
      [],
    );
  });

  it('numbers the services of each group from 01 on, in the order of the file', () => {
    for (const [index, group] of groups.entries()) {
      const codes = groupFiles.get(group)?.services.map(({ code }) => code) ?? [];
      const wanted = codes.map((_, at) => `AL02${two(index + 1)}${two(at + 1)}`);
      assert.deepEqual(codes, wanted, group);
    }
  });

  it('has every published service under its published names, and says of all others that they are illustrative', () => {
    const told = [...groupFiles.values()].flatMap(({ group, services }) =>
      services
        .filter(({ illustrative }) => illustrative !== true)
        .map(({ name }) => [group, name.sq, name.en].join(' | ')),
    );
    assert.equal(publishedServices.length, 41);
    assert.deepEqual(told.sort(), publishedServices.map((each) => each.join(' | ')).sort());
  });

  it('has every text in both languages', () => {
    const bad: string[] = [];
    for (const files of [groupFiles, queryFiles, municipalityFiles]) {
      for (const [file, content] of files as ReadonlyMap<string, unknown>) {
        for (const [path, text] of textsIn(content)) {
          const isWhole = ['sq', 'en'].every((language) => /\S/.test(String(text[language] ?? '')));
          if (!isWhole || Object.keys(text).length !== 2) bad.push(`${file}${path}`);
        }
      }
    }
    assert.deepEqual(bad, []);
  });

  it('has no placeholder on a card but the municipality and its city', () => {
    const bad = services.flatMap(({ code, card }) =>
      [...stringsIn(card)]
        .filter(([, text]) => /[{}]/.test(text.replaceAll(/\{(?:municipality|city)\}/g, '')))
        .map(([path]) => code + path),
    );
    assert.deepEqual(bad, []);
  });

  for (const [group, { services }] of groupFiles) {
    describe(group, () => {
      for (const { code, name, card, procedure } of services) {
        it(`${code} ${name.en}`, () => {
          assert.deepEqual(Object.keys(card).sort(), [...cardFields].sort());
          const gathered = card.requiredDocuments.some(({ gatheredBy }) => gatheredBy === 'gateway');
          assert.equal(gathered, procedure.evidence.length > 0, 'the card tells what the gateway gathers');
          assert.deepEqual(formProblems(procedure.form), []);
          assert.deepEqual(stepProblems(procedure.evidence, procedure.form, procedure.applicant), []);
        });
      }
    });
  }

  it('asks, for each published housing programme, about the family before the properties of its members', () => {
    const programmes = (groupFiles.get('housing')?.services ?? []).filter((each) => !each.illustrative);
    assert.equal(programmes.length, 8);
    for (const { code, procedure } of programmes) {
      const members = procedure.evidence.find(({ id }) => id === 'family-property');
      assert.equal(members?.service, 'AL013001', code);
      assert.match(members?.forEach ?? '', /steps\.family\.evidence\.members/, code);
      for (const [id, service] of Object.entries({
        family: 'AL012031',
        property: 'AL013001',
        tax: 'AL014001',
      })) {
        assert.equal(procedure.evidence.find((step) => step.id === id)?.service, service, `${code} ${id}`);
      }
    }
  });
});

describe('the municipalities’ own settings', () => {
  const known = new Set(
    (
      JSON.parse(readFileSync(join(findPackageRoot(), 'contracts', 'municipalities.json'), 'utf8')) as {
        code: string;
      }[]
    ).map(({ code }) => code),
  );
  const byCode = new Map(services.map((service) => [service.code, service]));

  it('belong to six municipalities of the list, one file each', () => {
    assert.deepEqual([...municipalityFiles.keys()].sort(), ['10', '20', '21', '35', '48', '53']);
    for (const [file, { municipality }] of municipalityFiles) {
      assert.equal(municipality, file);
      assert.ok(known.has(municipality));
    }
  });

  it('leave Divjakë all services of the groups that the demonstration uses', () => {
    const used = ['housing', 'social', 'transport', 'business-tax'];
    const offered = used.flatMap((group) => groupFiles.get(group)?.services ?? []).map(({ code }) => code);
    const missing = municipalityFiles.get('20')?.notOffered ?? [];
    assert.deepEqual(
      offered.filter((code) => missing.includes(code)),
      [],
    );
  });

  for (const [code, { notOffered = [], services: overrides = {} }] of municipalityFiles) {
    it(`${code}: change services that there are, and leave procedures that can run`, () => {
      for (const each of notOffered) assert.ok(byCode.has(each), each);
      for (const [each, { extraEvidence = [], withoutEvidence = [] }] of Object.entries(overrides)) {
        const service = byCode.get(each);
        assert.ok(service, each);
        assert.ok(!notOffered.includes(each), `${each} is changed and not offered`);
        const national = service.procedure.evidence;
        for (const id of withoutEvidence)
          assert.ok(
            national.some((step) => step.id === id),
            `${each} ${id}`,
          );
        const steps = [...national.filter(({ id }) => !withoutEvidence.includes(id)), ...extraEvidence];
        assert.deepEqual(stepProblems(steps, service.procedure.form, service.procedure.applicant), [], each);
      }
    });
  }
});

describe('the queries', () => {
  it('have parameters that compile, and stand in a file of their registry', () => {
    for (const [file, { registry }] of queryFiles) assert.equal(registry, file);
    for (const { code, parameters } of queries.values()) {
      assert.doesNotThrow(() => new Ajv2020({ strict: true }).compile(parameters), code);
    }
  });
});

function two(number: number): string {
  return String(number).padStart(2, '0');
}

/** What keeps a form from being checked strictly and drawn in both languages. */
function formProblems(form: object): string[] {
  const ajv = new Ajv2020({ strict: true, allErrors: true, keywords: ['x-title-sq'] });
  addFormats.default(ajv);
  try {
    ajv.compile(form);
  } catch (error) {
    return [(error as Error).message];
  }
  return fieldProblems(form as Record<string, unknown>, '');
}

function fieldProblems(schema: Record<string, unknown>, path: string): string[] {
  const problems: string[] = [];
  const { properties, items, oneOf } = schema;
  if (schema.type === undefined) problems.push(`${path} has no type`);
  if (schema.type === 'object' && schema.additionalProperties !== false) problems.push(`${path} is open`);
  const named = Object.entries((properties ?? {}) as Record<string, Record<string, unknown>>);
  if (items !== undefined) named.push(['items', items as Record<string, unknown>]);
  for (const [name, field] of named) {
    problems.push(...titleProblems(field, `${path}/${name}`), ...fieldProblems(field, `${path}/${name}`));
  }
  for (const option of (oneOf ?? []) as Record<string, unknown>[]) {
    problems.push(...titleProblems(option, `${path}/${String(option.const)}`));
  }
  return problems;
}

function titleProblems(schema: Record<string, unknown>, path: string): string[] {
  return ['title', 'x-title-sq']
    .filter((key) => !/\S/.test(String(schema[key] ?? '')))
    .map((key) => `${path} lacks ${key}`);
}
