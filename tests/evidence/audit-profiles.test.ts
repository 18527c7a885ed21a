import assert from 'node:assert/strict';
import { configCopy } from '../support/config-copy.js';
import { type AuditScene, consistent, edit, finds, openAuditScene, rowOf, withRow } from './audit-scene.js';

const profiles = {
  'modi-rest': { profile: 'modi-rest', issuer: 'ura' },
  'jws-detached': 'jws-detached',
} as const;

for (const [name, setting] of Object.entries(profiles)) {
  describe(`an audit of evidence that a client signed by ${name}`, function () {
    this.timeout(60_000);
    let scene: AuditScene;
    let config: { folder: string; remove(): Promise<void> };

    before(async () => {
      config = await configCopy({
        'clients/oss-divjake.json': (content) => ({ ...content, profile: setting, nonrepudiation: true }),
      });
      scene = await openAuditScene(config.folder);
    });
    after(async () => {
      await scene?.stack.stop();
      await config.remove();
    });

    it('finds that it holds, the request as well as a cancellation', async () => {
      await finds(scene.honest);
      assert.equal(rowOf(scene.honest, 'client-request').meta.profile, name);
      await finds(await scene.cancellation(scene.stack.people.single));
    });

    it('finds a letter of the request that was changed', async () => {
      const row = rowOf(scene.honest, 'client-request');
      const changed = withRow(scene.honest, 'client-request', () =>
        consistent(edit(row, 'e.hoxha', 'e.hoxhi')),
      );
      const { receipt: _, ...withoutReceipt } = changed;
      await finds(withoutReceipt, `client-request #1: ${name}`);
    });

    it('finds a signature of another message, and fields that were changed or taken away', async () => {
      const { meta } = rowOf(scene.honest, 'client-request');
      const { meta: others } = rowOf(scene.other, 'client-request');
      const fields = meta.fields as Record<string, string>;
      const withMeta = (change: Record<string, unknown>) =>
        withRow(scene.honest, 'client-request', () => ({ meta: { ...meta, ...change } }));
      await finds(withMeta({ fields: others.fields }), `client-request #1: ${name}`);
      await finds(withMeta({ fields: undefined }), `client-request #1: ${name}`);
      await finds(withMeta({ settings: undefined }), `client-request #1: ${name}`);
      for (const field of Object.keys(fields)) {
        const value = fields[field] as string;
        const altered = value.startsWith('a') ? `b${value.slice(1)}` : `a${value.slice(1)}`;
        await finds(withMeta({ fields: { ...fields, [field]: altered } }), `client-request #1: ${name}`);
        const { [field]: __, ...rest } = fields;
        await finds(withMeta({ fields: rest }), `client-request #1: ${name}`);
      }
    });

    it('finds that it is said to be signed by another profile', async () => {
      const { meta } = rowOf(scene.honest, 'client-request');
      const other = name === 'modi-rest' ? 'jws-detached' : 'modi-rest';
      const said = withRow(scene.honest, 'client-request', () => ({ meta: { ...meta, profile: other } }));
      await finds(said, `client-request #1: ${other}`);
      const both = { profile: other, settings: { profile: other, issuer: 'ura' } };
      const wholly = withRow(scene.honest, 'client-request', () => ({ meta: { ...meta, ...both } }));
      await finds(wholly, `client-request #1: ${other}`);
      const unknown = withRow(scene.honest, 'client-request', () => ({ meta: { ...meta, profile: 'none' } }));
      await finds(unknown, 'client-request #1: http-sig');
    });
  });
}
