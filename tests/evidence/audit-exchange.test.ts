import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { AuditInput } from '../../src/evidence/audit-input.js';
import { readCertificate } from '../../src/signing/key-files.js';
import type { Stack } from '../support/stack.js';
import {
  type AuditScene,
  consistent,
  edit,
  failuresOf,
  finds,
  openAuditScene,
  rowOf,
  withRow,
} from './audit-scene.js';

/** One lie at a time: each must be found by the check that is there for it. */
describe('the audit of what was exchanged', function () {
  this.timeout(60_000);
  let scene: AuditScene;
  let stack: Stack;
  let honest: AuditInput;
  let other: AuditInput;

  before(async () => {
    scene = await openAuditScene();
    ({ stack, honest, other } = scene);
  });
  after(() => stack.stop());

  describe("of the client's request", () => {
    it('finds another body under the same signature', async () => {
      const row = rowOf(honest, 'client-request');
      const changed = withRow(honest, 'client-request', () => ({
        bytes: edit(row, 'social-housing', 'social-housinG'),
      }));
      await finds(changed, 'client-request #1: sha256', 'client-request #1: http-sig');
    });

    it('finds a request that another one was exchanged for', async () => {
      const foreign = rowOf(other, 'client-request');
      const { sha256, sizeBytes } = foreign;
      const changed = withRow(honest, 'client-request', () => ({ ...foreign, sha256, sizeBytes }));
      await finds(changed, 'client-request #1: content', 'registry-request #3: subject', 'receipt: digests');
    });

    for (const name of [
      'method',
      'targetUri',
      'contentType',
      'contentDigest',
      'signatureInput',
      'signature',
    ]) {
      it(`finds that ${name} is another or is missing`, async () => {
        const change = (value: unknown) =>
          withRow(honest, 'client-request', ({ meta }) => ({ meta: { ...meta, [name]: value } }));
        const value = rowOf(honest, 'client-request').meta[name] as string;
        const altered =
          name === 'targetUri' ? value.replace('127.0.0.1', '127.0.0.2') : value.replace(/[a-z]/i, 'Q');
        await finds(change(altered), 'client-request #1: http-sig');
        await finds(change(undefined), 'client-request #1: http-sig');
      });
    }

    it('finds a signature that was not fresh when it was recorded', async () => {
      const late = withRow(honest, 'client-request', ({ recordedAt }) => ({
        recordedAt: recordedAt + 400_000,
      }));
      const names = (await failuresOf(late)).map(({ name }) => name);
      assert.ok(names.includes('client-request #1: http-sig'));
    });

    it("finds a key that is not this client's, or was not valid then", async () => {
      const { keys } = honest;
      await finds({ ...honest, keys: { ...keys, clients: [] } }, 'client-request #1: http-sig');
      await finds(
        { ...honest, request: { ...honest.request, clientId: 'oss-fier' } },
        'client-request #1: http-sig',
      );
      const notAfter = rowOf(honest, 'client-request').recordedAt - 60_000;
      const ended = keys.clients.map((key) => ({ ...key, notAfter }));
      await finds({ ...honest, keys: { ...keys, clients: ended } }, 'client-request #1: http-sig');
    });

    it('finds a cancellation that was meant for another request', async () => {
      const cancelled = await scene.cancellation(stack.people.single);
      const sequence = rowOf(cancelled, 'cancellation').sequence;
      const elsewhere = withRow(cancelled, 'cancellation', ({ meta }) => ({
        meta: {
          ...meta,
          targetUri: (meta.targetUri as string).replace(cancelled.request.id, other.request.id),
        },
      }));
      await finds(elsewhere, `cancellation #${sequence}: http-sig`);
    });
  });

  describe('of the exchange with the registry', () => {
    it('finds a word of a signed answer that was changed, with digests and result brought in line', async () => {
      const answer = rowOf(honest, 'registry-answer');
      const bytes = edit(answer, /GivenName>[^<]+</, 'GivenName>Xhevdet<');
      const forged = withRow(honest, 'registry-answer', () => consistent(bytes));
      const named = edit(rowOf(honest, 'result'), answer.sha256, consistent(bytes).sha256);
      const { event: _, receipt: __, ...changed } = withRow(forged, 'result', () => consistent(named));
      await finds(changed, 'registry-answer #4: signature', 'registry-answer #4: relates to');
    });

    it('finds a row that was recorded long before the one above it', async () => {
      const early = withRow(honest, 'result', ({ recordedAt }) => ({ recordedAt: recordedAt - 120_000 }));
      await finds(early, 'rows: order', 'receipt: digests');
    });

    it('finds the answer to another request', async () => {
      const { bytes, sha256, sizeBytes } = rowOf(other, 'registry-answer');
      const exchanged = withRow(honest, 'registry-answer', () => ({ bytes, sha256, sizeBytes }));
      await finds(exchanged, 'registry-answer #4: relates to', 'result #5: digests', 'receipt: digests');
    });

    it('finds the question of another request', async () => {
      const { bytes, sha256, sizeBytes } = rowOf(other, 'registry-request');
      const exchanged = withRow(honest, 'registry-request', () => ({ bytes, sha256, sizeBytes }));
      await finds(
        exchanged,
        'registry-request #3: message id',
        'registry-request #3: subject',
        'result #5: digests',
        'receipt: digests',
      );
    });

    it('finds a forged body wrapped around the signed one', async () => {
      const row = rowOf(honest, 'registry-answer');
      const text = row.bytes.toString();
      const [body] = /<([A-Za-z]+:)?Body[\s\S]*<\/\1?Body>/.exec(text) ?? [];
      assert.ok(body);
      const prefix = /<([A-Za-z]+):Body/.exec(body)?.[1] ?? '';
      const wrapped = text
        .replace(body, `<${prefix}:Body><forged xmlns="urn:x"/></${prefix}:Body>`)
        .replace(`</${prefix}:Header>`, `<wrapper xmlns="urn:x">${body}</wrapper></${prefix}:Header>`);
      const changed = withRow(honest, 'registry-answer', () => ({ bytes: Buffer.from(wrapped) }));
      const failures = await failuresOf(changed);
      const found = failures.find(({ name }) => name === 'registry-answer #4: signature');
      assert.match(found?.detail ?? '', /does not cover Body/);
    });

    it('finds an answer whose certificate is not the pinned one, or was not valid then', async () => {
      const keyFolder = join(stack.variables.URA_DATA as string, 'keys');
      const wrong = await readCertificate(join(keyFolder, 'gateway-wss.cert.pem'));
      const registries = new Map([['civil', [wrong]]]);
      const checks = ['registry-answer #4: signature', 'registry-answer #4: relates to'];
      await finds({ ...honest, keys: { ...honest.keys, registries } }, ...checks);
      await finds({ ...honest, keys: { ...honest.keys, registries: new Map() } }, ...checks);
      const renamed = withRow(honest, 'registry-answer', () => ({
        signedBy: wrong.fingerprint256.replaceAll(':', '').toLowerCase(),
      }));
      await finds({ ...renamed, keys: { ...honest.keys, registries } }, ...checks, 'receipt: digests');
      const before = Date.parse(wrong.validFrom) - 1_000;
      const early = { ...honest, rows: honest.rows.map((row) => ({ ...row, recordedAt: before })) };
      const names = (await failuresOf(early)).map(({ name }) => name);
      assert.ok(names.includes('registry-answer #4: signature'));
    });

    it('finds a question that another certificate than ours signed', async () => {
      const keyFolder = join(stack.variables.URA_DATA as string, 'keys');
      const own = [await readCertificate(join(keyFolder, 'civil-wss.cert.pem'))];
      await finds(
        { ...honest, keys: { ...honest.keys, own } },
        'registry-request #3: signature',
        'registry-request #3: message id',
        'registry-request #3: subject',
      );
    });

    it('finds a result that no signed answer stands behind', async () => {
      const stripped = withRow(honest, 'registry-answer', ({ meta, signedBy: _, ...row }) => ({
        ...row,
        signedBy: undefined as unknown as string,
        meta: { ...meta, outcome: 'invalid' },
      }));
      await finds(stripped, 'registry: decisive answer', 'receipt: digests');
      const turned = { ...honest, request: { ...honest.request, state: 'refused' as const } };
      await finds(turned, 'registry: decisive answer', 'result #5: content', 'receipt: request');
    });

    it('finds an answer to a question of another attempt', async () => {
      const moved = withRow(honest, 'registry-request', ({ meta }) => ({ meta: { ...meta, attempt: 7 } }));
      await finds(moved, 'registry-answer #4: question');
    });
  });
});
