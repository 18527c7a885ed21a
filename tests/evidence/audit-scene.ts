import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Receipt, UraClient } from '../../src/client/index.js';
import { readConfig } from '../../src/config/read-config.js';
import { configFolderOf } from '../../src/environment.js';
import { auditEvidence } from '../../src/evidence/audit.js';
import type { AuditInput, AuditRow, Check } from '../../src/evidence/audit-input.js';
import { readAuditKeys } from '../../src/evidence/audit-keys.js';
import { readAuditedRequest } from '../../src/evidence/audit-store.js';
import { createEvidenceStore } from '../../src/evidence/evidence-store.js';
import { signEvent } from '../../src/signing/event-signature.js';
import { fileSigner } from '../../src/signing/file-signer.js';
import { readPrivateKeyFile } from '../../src/signing/key-files.js';
import { familyRequest, type Stack, startStack } from '../support/stack.js';

/** Evidence of real requests, for an audit to look at. */
export interface AuditScene {
  readonly stack: Stack;
  /** Answered. */
  readonly honest: AuditInput;
  /** Answered, about somebody else and for another case. */
  readonly other: AuditInput;
  /** Makes one more, with the event that its result would be told by. */
  exchange(nid: string): Promise<AuditInput>;
  /** Makes one that is cancelled while the registry is down. */
  cancellation(nid: string): Promise<AuditInput>;
}

/** What an audit of a finished request looks at. */
export async function inputOf(stack: Stack, id: string, client?: UraClient): Promise<AuditInput> {
  const request = await readAuditedRequest(stack.database, id);
  assert.ok(request);
  const receipt: Receipt = await (client ?? (await stack.client())).receipt(id);
  const rows = await createEvidenceStore(stack.database).read(id);
  const folder = configFolderOf(stack.variables);
  const keys = await readAuditKeys(await readConfig(folder, stack.variables), folder);
  return { request, rows, receipt, keys, now: Date.now() };
}

/** @param config another configuration folder than the one that comes with Ura. */
export async function openAuditScene(config?: string): Promise<AuditScene> {
  const stack = await startStack(config === undefined ? {} : { config });

  /** One request as a client makes it, with the event that its result would be told by. */
  async function exchange(nid: string): Promise<AuditInput> {
    const client = await stack.client();
    const { id } = await client.submit(familyRequest(nid), {
      idempotencyKey: randomUUID(),
      waitSeconds: 20,
    });
    const input = await inputOf(stack, id);
    const value = (input.rows.at(-1) as AuditRow).bytes;
    return { ...input, event: { value, headers: await eventHeaders(id, value) } };
  }

  async function eventHeaders(requestId: string, value: Uint8Array) {
    const file = join(stack.variables.URA_DATA as string, 'keys', 'gateway-http.private.jwk.json');
    const attributes = {
      ce_id: randomUUID(),
      ce_source: 'https://ura.example/',
      ce_type: 'ura.request.answered.v1',
      ce_subject: requestId,
      ce_time: '2026-03-02T09:00:00Z',
      ce_dataschema: 'https://ura.example/contracts/events/result.v1.schema.json',
    };
    const signer = fileSigner(await readPrivateKeyFile(file));
    return { ...attributes, ce_signature: await signEvent(attributes, value, signer, { now: Date.now() }) };
  }

  async function cancellation(nid: string): Promise<AuditInput> {
    const client = await stack.client();
    stack.registry.control('down');
    try {
      const { id } = await client.submit(familyRequest(nid), { idempotencyKey: randomUUID() });
      for (;;) {
        const request = await client.get(id);
        if (request.state === 'retry-wait') break;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      await client.cancel(id, 'The citizen took the application back.');
      return await inputOf(stack, id);
    } finally {
      stack.registry.control('normal');
    }
  }

  return {
    stack,
    honest: await exchange(stack.people.headOfSix),
    other: await exchange(stack.people.widow),
    exchange,
    cancellation,
  };
}

/** The rows with one of them changed; `sha256` is left as it was unless the change says otherwise. */
export function withRow(
  input: AuditInput,
  kind: AuditRow['kind'],
  change: (row: AuditRow) => Partial<AuditRow>,
) {
  const rows = input.rows.map((row) => (row.kind === kind ? { ...row, ...change(row) } : row));
  return { ...input, rows };
}

export const rowOf = (input: AuditInput, kind: AuditRow['kind']): AuditRow =>
  input.rows.find((row) => row.kind === kind) as AuditRow;

/** The bytes of a row with one thing in them replaced. */
export const edit = (row: AuditRow, from: string | RegExp, to: string): Buffer => {
  const text = row.bytes.toString();
  const edited = text.replace(from, to);
  assert.notEqual(edited, text, 'the test did not change anything');
  return Buffer.from(edited);
};

/** Bytes with digest and size that fit. */
export const consistent = (bytes: Buffer) => ({
  bytes,
  sizeBytes: bytes.length,
  sha256: createHash('sha256').update(bytes).digest('hex'),
});

export async function failuresOf(input: AuditInput): Promise<Check[]> {
  return (await auditEvidence(input)).filter(({ ok }) => !ok);
}

/** Exactly these checks fail, and no other. */
export async function finds(input: AuditInput, ...names: string[]): Promise<void> {
  const failures = await failuresOf(input);
  assert.deepEqual(
    failures.map(({ name }) => name),
    names,
    failures.map(({ name, detail }) => `${name}: ${detail}`).join('\n'),
  );
}
