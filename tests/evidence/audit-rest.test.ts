import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { Sample } from '../../adapters/simulator-kind.js';
import { readConfig } from '../../src/config/read-config.js';
import { configFolderOf } from '../../src/environment.js';
import type { AuditInput, AuditRow } from '../../src/evidence/audit-input.js';
import { readAuditKeys } from '../../src/evidence/audit-keys.js';
import { checkRestQuestion } from '../../src/evidence/audit-rest-messages.js';
import { readAuditedRequest } from '../../src/evidence/audit-store.js';
import { createEvidenceStore } from '../../src/evidence/evidence-store.js';
import { makeKey } from '../signing/http-sig/signing-keys.js';
import { type RestRegistries, sampleRequest, startRestRegistries } from '../support/rest-registries.js';
import { type Stack, startStack } from '../support/stack.js';
import { consistent, edit, failuresOf, finds, rowOf, withRow } from './audit-scene.js';

describe('the audit of what was exchanged with REST registries', function () {
  this.timeout(60_000);
  let registries: RestRegistries;
  let stack: Stack;

  before(async () => {
    registries = await startRestRegistries(200);
    stack = await startStack({ people: 200, variables: registries.variables });
  });
  after(async () => {
    await stack.stop();
    await registries.stop();
  });

  async function exchange(service: string, purpose: string, sample: Sample): Promise<AuditInput> {
    const client = await stack.client();
    const draft = sampleRequest(service, purpose, sample);
    const { id } = await client.submit(draft, { idempotencyKey: randomUUID(), waitSeconds: 20 });
    const request = await readAuditedRequest(stack.database, id);
    assert.ok(request);
    const rows = await createEvidenceStore(stack.database).read(id);
    const config = await readConfig(configFolderOf(stack.variables), stack.variables);
    return {
      request,
      rows,
      keys: await readAuditKeys(config, configFolderOf(stack.variables)),
      now: Date.now(),
    };
  }

  it('holds the question of a procedure against the subject that it worked out, not the applicant', async () => {
    const sample = registries.sample('tax', 'success');
    const honest = await exchange('AL014001', 'transport-licence', sample);
    const asked = rowOf(honest, 'registry-request');
    const foundOf = async (notation: string): Promise<string[]> => {
      const rows = honest.rows.map((row): AuditRow => {
        if (row.kind === 'client-request') {
          const applicant = Buffer.from(
            JSON.stringify({ applicant: { scheme: 'NID', notation: 'K15307002M' } }),
          );
          return { ...row, bytes: applicant, meta: { ...row.meta, case: { id: randomUUID() } } };
        }
        if (row.kind !== 'decision') return row;
        return { ...row, bytes: Buffer.from(JSON.stringify({ subject: { ...sample.subject, notation } })) };
      });
      const checks = await checkRestQuestion(asked, { ...honest, rows });
      return checks.filter(({ ok }) => !ok).map(({ name, detail }) => `${name}: ${detail}`);
    };
    assert.deepEqual(await foundOf(sample.subject.notation), []);
    assert.deepEqual(await foundOf('K15307002M'), [
      'registry-request #3: subject: it asks about somebody else than the procedure did',
    ]);
  });

  const tables = [
    {
      profile: 'http-sig',
      honest: () => exchange('AL014001', 'transport-licence', registries.sample('tax', 'success')),
      other: () => exchange('AL014001', 'transport-licence', registries.sample('tax', 'debt')),
      questionFields: ['targetUri', 'contentType', 'contentDigest', 'signatureInput', 'signature'],
      answerFields: ['status', 'contentDigest', 'signatureInput', 'signature'],
      word: ['"CLEAR"', '"DEBT"'],
    },
    {
      profile: 'modi-rest',
      honest: () =>
        exchange('AL015001', 'transport-licence', registries.sample('business', 'success', 'extract')),
      other: () => exchange('AL015002', 'social-housing', registries.sample('business', 'empty')),
      questionFields: ['contentType', 'digest', 'agidJwtSignature'],
      answerFields: ['contentType', 'digest', 'agidJwtSignature'],
      word: ['"ACTIVE"', '"SUSPENDED"'],
    },
  ] as const;

  for (const { profile, questionFields, answerFields, word, ...make } of tables) {
    describe(`signed by ${profile}`, () => {
      let honest: AuditInput;
      let other: AuditInput;
      before(async () => {
        honest = await make.honest();
        other = await make.other();
      });

      it('finds nothing wrong with what is honest', async () => {
        assert.equal(rowOf(honest, 'registry-answer').meta.outcome, 'answered');
        await finds(honest);
        await finds(other);
      });

      it('finds a word of the answer that was changed, with its digest brought in line', async () => {
        const forged = withRow(honest, 'registry-answer', (row) => consistent(edit(row, word[0], word[1])));
        await finds(forged, 'registry-answer #4: signature', 'result #5: digests');
      });

      it('finds a word of the question that was changed', async () => {
        const forged = withRow(honest, 'registry-request', (row) =>
          consistent(edit(row, 'e.hoxha', 'e.hoxhA')),
        );
        const names = (await failuresOf(forged)).map(({ name }) => name);
        assert.ok(names.includes('registry-request #3: signature'), names.join());
      });

      /** Its last letter is another one, a digit where there is none; also where base64 would not care. */
      const damaged = (value: unknown) =>
        typeof value === 'number'
          ? value + 1
          : String(value).replace(/[a-z](?=[^a-z]*$)/i, (letter) => (letter === 'Q' ? 'R' : 'Q'));
      for (const name of questionFields) {
        it(`finds that ${name} of the question is another or is missing`, async () => {
          for (const change of [damaged, () => undefined]) {
            const changed = withRow(honest, 'registry-request', ({ meta }) => ({
              meta: { ...meta, [name]: change(meta[name]) },
            }));
            const names = (await failuresOf(changed)).map(({ name: check }) => check);
            assert.ok(names.includes('registry-request #3: signature'), names.join());
          }
        });
      }
      for (const name of answerFields) {
        it(`finds that ${name} of the answer is another or is missing`, async () => {
          for (const change of [damaged, () => undefined]) {
            const changed = withRow(honest, 'registry-answer', ({ meta }) => ({
              meta: { ...meta, [name]: change(meta[name]) },
            }));
            await finds(changed, 'registry-answer #4: signature');
          }
        });
      }

      it('finds the answer to another request, whole with its signature', async () => {
        const { bytes, sha256, sizeBytes, meta } = rowOf(other, 'registry-answer');
        const exchanged = withRow(honest, 'registry-answer', () => ({ bytes, sha256, sizeBytes, meta }));
        await finds(
          exchanged,
          'registry-answer #4: signature',
          'registry-answer #4: relates to',
          'result #5: digests',
        );
      });

      it('finds the question of another request, whole with its signature', async () => {
        const { bytes, sha256, sizeBytes, meta } = rowOf(other, 'registry-request');
        const exchanged = withRow(honest, 'registry-request', () => ({ bytes, sha256, sizeBytes, meta }));
        await finds(
          exchanged,
          'registry-request #3: message id',
          'registry-request #3: subject',
          'registry-answer #4: signature',
          'result #5: digests',
        );
      });

      it('finds a key that is not pinned, or was not valid then', async () => {
        const { keys, request } = honest;
        const withKeys = (change: (key: (typeof keys.gatewayKeys)[number]) => object): AuditInput => ({
          ...honest,
          keys: {
            ...keys,
            registryKeys: new Map([
              [
                request.adapter,
                (keys.registryKeys.get(request.adapter) ?? []).map((key) => ({ ...key, ...change(key) })),
              ],
            ]),
          },
        });
        const answer = 'registry-answer #4: signature';
        const stranger = makeKey('ecdsa-p256-sha256');
        await finds({ ...honest, keys: { ...keys, registryKeys: new Map() } }, answer);
        await finds(
          withKeys(() => ({ publicKey: stranger.trusted.publicKey })),
          answer,
        );
        const ended = rowOf(honest, 'registry-answer').recordedAt - 60_000;
        await finds(
          withKeys(() => ({ notAfter: ended })),
          answer,
        );
        await finds({ ...honest, keys: { ...keys, gatewayKeys: [] } }, 'registry-request #3: signature');
        const renamed = withRow(honest, 'registry-answer', () => ({ signedBy: 'dev-adisa' }));
        await finds(renamed, answer);
      });

      it('finds messages that were signed long before or after they were recorded', async () => {
        for (const shiftMs of [3_600_000, -3_600_000]) {
          const shifted = {
            ...honest,
            rows: honest.rows.map((row: AuditRow) => ({ ...row, recordedAt: row.recordedAt + shiftMs })),
          };
          const names = (await failuresOf(shifted)).map(({ name }) => name);
          assert.ok(names.includes('registry-request #3: signature'), names.join());
          assert.ok(names.includes('registry-answer #4: signature'), names.join());
        }
      });

      it('finds an answer to a question of another attempt', async () => {
        const moved = withRow(honest, 'registry-request', ({ meta }) => ({ meta: { ...meta, attempt: 7 } }));
        await finds(moved, 'registry-answer #4: question');
      });
    });
  }

  it('accepts a request that was refused, or answered only when it was asked again', async () => {
    await finds(await exchange('AL014001', 'transport-licence', registries.sample('tax', 'refusal')));
    for (const behaviour of ['other-subject', 'unsigned', 'drop-after-execution', 'fault']) {
      registries.business.control({ behaviour, count: 1 });
      const retried = await exchange('AL015002', 'social-housing', registries.sample('business', 'empty'));
      assert.equal(retried.request.state, 'answered', behaviour);
      assert.equal(retried.rows.filter(({ kind }) => kind === 'registry-request').length, 2, behaviour);
      await finds(retried);
    }
  });

  describe('that came late', () => {
    let late: AuditInput;
    before(async () => {
      late = await exchange('AL015001', 'building-permit', registries.sample('business', 'late'));
      assert.equal(late.request.state, 'answered');
    });

    it('accepts the promise, and the question for it', async () => {
      const outcomes = late.rows
        .filter(({ kind }) => kind === 'registry-answer')
        .map(({ meta }) => meta.outcome);
      assert.equal(outcomes[0], 'pending');
      assert.equal(outcomes.at(-1), 'answered');
      await finds(late);
    });

    it('finds a question for what nobody promised', async () => {
      const last = late.rows.filter(({ kind }) => kind === 'registry-request').at(-1) as AuditRow;
      const rows = late.rows.map((row) =>
        row.meta.outcome === 'pending' ? { ...row, meta: { ...row.meta, outcome: 'answered' } } : row,
      );
      await finds({ ...late, rows }, `registry-request #${last.sequence}: subject`);
    });
  });
});
