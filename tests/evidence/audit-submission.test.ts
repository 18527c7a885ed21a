import assert from 'node:assert/strict';
import { openOwnClient } from '../../src/cli/own-client.js';
import type { ResultEvent } from '../../src/client/index.js';
import type { AuditInput } from '../../src/evidence/audit-input.js';
import { signDetached } from '../../src/signing/jws-detached.js';
import { submissionSignatureType } from '../../src/signing/kafka-event/submission-signature.js';
import { type IntakeScene, intakeConfig, openIntakeScene } from '../e2e/intake-scene.js';
import { familyRequest, type Stack, startStack } from '../support/stack.js';
import { consistent, edit, failuresOf, finds, inputOf, rowOf, withRow } from './audit-scene.js';

describe('an audit of evidence that a client submitted over Kafka', function () {
  this.timeout(90_000);
  const name = 'client-request #1: kafka-event';
  const content = 'client-request #1: content';
  const codes = ['45', '46'] as const;
  let stack: Stack;
  let scene: IntakeScene;
  let removeConfig: () => Promise<void>;
  let honest: AuditInput;
  let other: AuditInput;

  before(async () => {
    const config = await intakeConfig(codes);
    removeConfig = config.remove;
    stack = await startStack({ config: config.folder });
    scene = await openIntakeScene(stack.variables, codes);
    const exchange = async (nid: string): Promise<AuditInput> => {
      const event = (await scene.next(await scene.submit(familyRequest(nid)))) as ResultEvent;
      const { receipt: _, ...input } = await inputOf(stack, event.value.requestId, scene.client);
      return input;
    };
    honest = await exchange(stack.people.headOfSix);
    other = await exchange(stack.people.widow);
  });
  after(async () => {
    await scene.stop();
    await stack.stop();
    await removeConfig();
  });

  const withMeta = (change: Record<string, unknown>): AuditInput =>
    withRow(honest, 'client-request', ({ meta }) => ({ meta: { ...meta, ...change } }));
  const headers = () => rowOf(honest, 'client-request').meta.headers as Record<string, string>;

  it('finds that it holds', () => finds(honest));

  it('finds a letter that was changed', async () => {
    const row = rowOf(honest, 'client-request');
    const changed = withRow(honest, 'client-request', () => consistent(edit(row, 'e.hoxha', 'e.hoxhi')));
    await finds(changed, name, content);
  });

  it('finds each attribute that was changed or taken away', async () => {
    for (const [field, value] of Object.entries(headers())) {
      const { [field]: _, ...rest } = headers();
      await finds(withMeta({ headers: { ...rest, [field]: `${value}x` } }), name, content);
      await finds(withMeta({ headers: rest }), name, content);
    }
    await finds(withMeta({ headers: undefined }), name, content);
  });

  it('finds the signature of another submission', async () => {
    const { meta } = rowOf(other, 'client-request');
    await finds(withMeta({ headers: meta.headers }), name, content);
  });

  it('finds that it lay in another topic, or under another key', async () => {
    await finds(withMeta({ topic: 'oss.46.requests.v1' }), name, content);
    await finds(withMeta({ key: 'ANOTHER-1' }), name, content);
    const moved = { ...honest, request: { ...honest.request, municipality: '46' } };
    await finds(moved, name, content);
  });

  it('finds that it is said to be of another client, case or service', async () => {
    await finds({ ...honest, request: { ...honest.request, clientId: 'oss-fier' } }, name, content);
    const row = withRow(honest, 'client-request', () => ({ signedBy: 'dev-oss-fier' }));
    await finds(row, name, content);
    const service = { ...honest, request: { ...honest.request, service: 'AL012032' } };
    assert.ok((await failuresOf(service)).some((each) => each.name === content));
  });

  it('finds what the client signed as something else, or later than it was recorded', async () => {
    const { signer } = await openOwnClient(stack.variables, { municipality: '45' });
    const row = rowOf(honest, 'client-request');
    const { ce_signature: _, ...attributes } = headers();
    const bound = { ...attributes, topic: row.meta.topic as string };
    const signed = async (typ: string, now: number, values: Record<string, string> = bound) =>
      withMeta({
        headers: {
          ...attributes,
          ce_signature: await signDetached(row.bytes, signer, { typ, now, bound: values }),
        },
      });
    await finds(await signed(submissionSignatureType, row.recordedAt));
    await finds(await signed('ura-event+jws', row.recordedAt), name, content);
    await finds(await signed(submissionSignatureType, row.recordedAt + 120_000), name, content);
    await finds(await signed(submissionSignatureType, row.recordedAt, attributes), name, content);
  });
});
