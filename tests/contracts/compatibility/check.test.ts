import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkContracts } from '../../../contracts/compatibility/check.js';
import { releaseContracts } from '../../../contracts/compatibility/release.js';
import { findPackageRoot } from '../../../src/package-root.js';

describe('the contracts of the working tree', () => {
  it('break none of their last releases (npm run contracts:check says the same)', () => {
    const { ok, lines } = checkContracts(findPackageRoot());
    assert.ok(ok, lines.join('\n'));
  });
});

describe('checking and releasing contracts', () => {
  let root: string;
  const person = 'contracts/canonical/person.schema.json';

  // A first release of the present contracts, in a place where they can be broken.
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'ura-contracts-'));
    for (const folder of ['contracts', 'openapi'])
      cpSync(join(findPackageRoot(), folder), join(root, folder), { recursive: true });
    rmSync(join(root, 'contracts', 'released'), { recursive: true });
    assert.ok(releaseContracts(root).ok);
  });

  afterEach(() => rmSync(root, { recursive: true }));

  const read = (file: string): string => readFileSync(join(root, file), 'utf8');
  const edit = (file: string, from: string | RegExp, to: string): void => {
    const text = read(file).replace(from, to);
    assert.notEqual(text, read(file), `${from} is not in ${file}`);
    writeFileSync(join(root, file), text);
  };
  /** Lines about changes, without the summary. */
  const found = (): string[] =>
    checkContracts(root).lines.filter((line) => / since |^new|ALTERED/.test(line));

  it('finds nothing, and releases nothing twice, while nothing changes', () => {
    assert.deepEqual(found(), []);
    assert.ok(checkContracts(root).ok);
    const digests = read('contracts/released/SHA256SUMS');
    assert.deepEqual(releaseContracts(root), { ok: true, lines: ['nothing changed since the last release'] });
    assert.equal(read('contracts/released/SHA256SUMS'), digests);
  });

  it('names a break in every contract that holds it, and releases none of them', () => {
    edit(person, '"citizenship"]', '"citizenship", "domicile"]');
    const { ok, lines } = checkContracts(root);
    assert.equal(ok, false);
    const broken = lines.filter((line) => line.startsWith('BREAKING'));
    assert.ok(
      broken.includes(
        'BREAKING    canonical/person since 1.0.0: / member is required now: domicile: what was accepted is refused now',
      ),
      lines.join('\n'),
    );
    for (const id of ['civil-status-record', 'family-composition', 'person-record'])
      assert.ok(
        broken.some((line) => line.includes(`canonical/${id} since 1.0.0: /$defs/person.schema.json`)),
        id,
      );
    assert.ok(!broken.some((line) => line.includes('canonical/address')));
    const digests = read('contracts/released/SHA256SUMS');
    assert.equal(releaseContracts(root).ok, false);
    assert.equal(read('contracts/released/SHA256SUMS'), digests);
  });

  it('accepts the same as a new major version beside the old one', () => {
    cpSync(join(root, person), join(root, 'contracts/canonical/person-v2.schema.json'));
    edit('contracts/canonical/person-v2.schema.json', 'v1/person.schema', 'v1/person-v2.schema');
    edit('contracts/canonical/person-v2.schema.json', '"citizenship"]', '"citizenship", "domicile"]');
    assert.deepEqual(found(), ['new         canonical/person 2.0.0']);
    assert.deepEqual(releaseContracts(root).lines, ['released canonical/person 2.0.0']);
    assert.deepEqual(found(), []);
  });

  it('names a contract that is gone, and one that replaces it does not help', () => {
    const requester = 'contracts/canonical/requester.schema.json';
    renameSync(join(root, requester), join(root, 'contracts/canonical/requester-v2.schema.json'));
    assert.deepEqual(found(), [
      'new         canonical/requester 2.0.0',
      'BREAKING    canonical/requester since 1.0.0: / the contract is gone',
    ]);
  });

  it('gives a compatible change the next minor version, and other words the next patch', () => {
    edit(
      'contracts/events/result.v1.schema.json',
      '"service": {',
      '"office": { "type": "string" }, "service": {',
    );
    edit('contracts/canonical/requester.schema.json', 'The institution that asks.', 'Who asks.');
    assert.ok(checkContracts(root).ok);
    assert.deepEqual(found(), [
      'compatible  asyncapi since 1.0.0: /components/schemas/result/properties/office member office is new',
      'texts only  canonical/requester since 1.0.0',
      'compatible  events/result since 1.0.0: /properties/office member office is new',
    ]);
    assert.deepEqual(releaseContracts(root).lines, [
      'released asyncapi 1.1.0',
      'released canonical/requester 1.0.1',
      'released events/result 1.1.0',
    ]);
    assert.match(read('contracts/asyncapi.yaml'), /^info:\n {2}title: .*\n {2}version: 1\.1\.0$/m);
    assert.doesNotMatch(read('contracts/released/events/result/1.0.0.json'), /"office"/);
    assert.match(read('contracts/released/events/result/1.1.0.json'), /"office"/);
    assert.deepEqual(found(), []);
  });

  const breaks: readonly [string, string, string | RegExp, string, string][] = [
    [
      'the OpenAPI document',
      'openapi/gateway.yaml',
      /^ {2}\/v1\/requests\/\{id\}\/cancel:\n(?: {4}.*\n| *\n)*/m,
      '',
      'openapi/gateway since 1.0.0: /paths/~1v1~1requests~1{id}~1cancel path /v1/requests/{id}/cancel is gone',
    ],
    [
      'the AsyncAPI document',
      'contracts/asyncapi.yaml',
      'address: oss.{municipality}.results.v1',
      'address: oss.results.v1',
      'asyncapi since 1.0.0: /channels/results/address address "oss.{municipality}.results.v1" became "oss.results.v1"',
    ],
    [
      "a registry's schema",
      'contracts/registries/civil/civil.xsd',
      '<xs:element name="DateOfDeath" type="DateType" minOccurs="0"/>',
      '<xs:element name="DateOfDeath" type="DateType"/>',
      'registries/civil since 1.0.0: /types/PersonType member is required now: DateOfDeath: what was accepted is refused now',
    ],
    [
      'the SOAP interface',
      'contracts/gateway/gateway.xsd',
      '<xs:element name="Attempts" type="xs:integer"/>',
      '',
      'gateway since 1.0.0: /types/RequestType/properties/Attempts member Attempts is gone',
    ],
  ];
  for (const [what, file, from, to, expected] of breaks) {
    it(`names a break in ${what}`, () => {
      edit(file, from, to);
      assert.deepEqual(found(), [`BREAKING    ${expected}`]);
      assert.equal(checkContracts(root).ok, false);
    });
  }

  it('finds a release that was altered, added or taken away', () => {
    edit('contracts/released/canonical/person/1.0.0.json', 'MALE', 'MEN');
    rmSync(join(root, 'contracts/released/gateway/1.0.0/gateway.xsd'));
    writeFileSync(join(root, 'contracts/released/events/result/0.9.0.json'), '{}');
    const altered = found().filter((line) => line.startsWith('ALTERED'));
    assert.deepEqual(altered, [
      'ALTERED     gateway/1.0.0/gateway.xsd is missing: a release never changes',
      'ALTERED     canonical/person/1.0.0.json was altered: a release never changes',
      'ALTERED     events/result/0.9.0.json was not released: a release never changes',
    ]);
    assert.equal(releaseContracts(root).ok, false);
  });

  it('makes the first release anew only while it is the only one', () => {
    edit(person, '"citizenship"]', '"citizenship", "domicile"]');
    assert.equal(releaseContracts(root).ok, false);
    assert.ok(releaseContracts(root, { first: true }).ok);
    assert.deepEqual(found(), []);
    edit(person, 'As registered.', 'As in the register.');
    assert.ok(releaseContracts(root).ok);
    assert.equal(releaseContracts(root, { first: true }).ok, false);
  });
});
