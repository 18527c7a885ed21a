import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { openSoapAgency } from '../../src/cli/demo/soap-agency.js';
import { systemClock } from '../../src/clock.js';
import { readConfig } from '../../src/config/read-config.js';
import { configFolderOf } from '../../src/environment.js';
import { auditEvidence } from '../../src/evidence/audit.js';
import type { AuditInput } from '../../src/evidence/audit-input.js';
import { readAuditKeys } from '../../src/evidence/audit-keys.js';
import { readAuditedRequest } from '../../src/evidence/audit-store.js';
import { createEvidenceStore } from '../../src/evidence/evidence-store.js';
import { familyRequest, type Stack, startStack } from '../support/stack.js';
import { waitFor } from '../support/wait-for.js';
import { consistent, edit, failuresOf, finds, rowOf, withRow } from './audit-scene.js';

describe('an audit of what an agency asked over SOAP', function () {
  this.timeout(60_000);
  let stack: Stack;
  let honest: AuditInput;
  let other: AuditInput;
  const failed = async (input: AuditInput) => (await failuresOf(input)).map(({ name }) => name);
  const name = 'client-request #1: wss-x509-integrity';
  const content = 'client-request #1: content';

  async function exchange(nid: string, caseId: string): Promise<AuditInput> {
    const agency = await openSoapAgency(stack.variables, stack.gateway.url, systemClock);
    const draft = {
      ...familyRequest(nid, caseId),
      purpose: 'economic-aid',
      requester: { organisation: 'Shërbimi Social Shtetëror', officer: 'b.gjoni', unit: 'Divjakë' },
    };
    const id = await agency.ask(draft, randomUUID());
    const request = await waitFor(async () => {
      const read = await readAuditedRequest(stack.database, id);
      return read?.state === 'answered' ? read : undefined;
    }, 'the answer');
    const folder = configFolderOf(stack.variables);
    return {
      request,
      rows: await createEvidenceStore(stack.database).read(id),
      keys: await readAuditKeys(await readConfig(folder, stack.variables), folder),
      now: Date.now(),
    };
  }
  /** A change of the request that the client signed. */
  const changed = (from: string | RegExp, to: string) =>
    withRow(honest, 'client-request', (row) => consistent(edit(row, from, to)));

  before(async () => {
    stack = await startStack();
    honest = await exchange(stack.people.headOfSix, 'SSS-1');
    other = await exchange(stack.people.widow, 'SSS-2');
  });
  after(() => stack.stop());

  it('finds that it holds, by xml-crypto', async () => {
    await finds(honest);
    const found = (await auditEvidence(honest)).find((check) => check.name === name);
    assert.match(
      found?.detail ?? '',
      /^xml-crypto verifies it with the pinned certificate .* of social-service$/,
    );
  });

  it('finds a letter of the request that was changed', async () => {
    await finds(changed('b.gjoni', 'b.gjini'), name, content);
  });

  it('finds the request of another message, whole with its signature', async () => {
    const { bytes, sha256, sizeBytes } = rowOf(other, 'client-request');
    const swapped = withRow(honest, 'client-request', () => ({ bytes, sha256, sizeBytes }));
    await finds(swapped, content, 'registry-request #3: subject');
  });

  it('finds a certificate that is not pinned, and one of another client', async () => {
    const unknown = withRow(honest, 'client-request', () => ({ signedBy: 'ab'.repeat(32) }));
    await finds(unknown, name, content);
    await finds({ ...honest, keys: { ...honest.keys, clients: [] } }, name, content);
    const clients = honest.keys.clients.map((key) => ({ ...key, partner: 'oss-fier' }));
    await finds({ ...honest, keys: { ...honest.keys, clients } }, name, content);
  });

  it('finds one that was signed long before or after it was recorded', async () => {
    for (const byMs of [-600_000, 600_000]) {
      const row = rowOf(honest, 'client-request');
      const moved = withRow(honest, 'client-request', () => ({ recordedAt: row.recordedAt + byMs }));
      assert.ok((await failed(moved)).includes(name), String(byMs));
    }
  });

  it('finds that it was sent elsewhere, and that it is said to be signed otherwise', async () => {
    const { meta } = rowOf(honest, 'client-request');
    const withMeta = (change: object) =>
      withRow(honest, 'client-request', () => ({ meta: { ...meta, ...change } }));
    await finds(withMeta({ targetUri: 'http://elsewhere.example/soap/v1' }), name, content);
    assert.ok((await failed(withMeta({ profile: 'http-sig' }))).includes('client-request #1: http-sig'));
  });

  it('finds that the request is of another case or service than its row says', async () => {
    await finds({ ...honest, request: { ...honest.request, clientId: 'oss-divjake' } }, name, content);
    const inOther = { ...honest, request: { ...honest.request, caseId: 'SSS-9' } };
    assert.ok((await failed(inOther)).includes(content));
  });
});
