import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { ConfigInvalid } from '../../src/config/read-config.js';
import { configCopy } from '../support/config-copy.js';
import { familyRequest, type Stack, startStack } from '../support/stack.js';
import { waitFor } from '../support/wait-for.js';

/** Runs with the civil adapter's profile set to something, and cleans up. */
async function withProfile(profile: unknown, use: (stack: Stack) => Promise<void>): Promise<void> {
  const config = await configCopy({ 'adapters/civil.json': (content) => ({ ...content, profile }) });
  try {
    const stack = await startStack({ config: config.folder });
    try {
      await use(stack);
    } finally {
      await stack.stop();
    }
  } finally {
    await config.remove();
  }
}

describe('the security profile that an adapter is configured with', function () {
  this.timeout(60_000);

  it('may differ by direction', () =>
    withProfile(
      { question: 'wss-x509-integrity', answer: { profile: 'wss-legacy-sha1', enabled: true } },
      async (stack) => {
        const client = await stack.client();
        const request = await client.submit(familyRequest(stack.people.widow), {
          idempotencyKey: randomUUID(),
          waitSeconds: 20,
        });
        assert.equal(request.state, 'answered');
      },
    ));

  it('is enforced: an answer that lacks what it asks for is never delivered', () =>
    withProfile('wss-signature-confirmation', async (stack) => {
      const client = await stack.client();
      const { id } = await client.submit(familyRequest(stack.people.widow), { idempotencyKey: randomUUID() });
      const alarm = await waitFor(
        () => stack.log.find((line) => line.requestId === id && String(line.msg).startsWith('ALARM')),
        'the alarm',
      );
      assert.match(String(alarm.reason), /confirmation/);
      assert.equal((await client.get(id)).result, undefined);
    }));

  it('cannot be one that leaves the body of an answer unsigned, nor one that nobody knows', async () => {
    for (const profile of [
      'wss-x509-auth',
      { question: 'wss-x509-integrity', answer: 'wss-x509-auth' },
      { question: 'wss-legacy-sha1', answer: 'wss-x509-integrity' },
      { question: 'wss-x509-integrity', answer: { profile: 'wss-legacy-sha1', enabled: false } },
      'none',
    ]) {
      await assert.rejects(
        withProfile(profile, async () => {}),
        (error: unknown) => error instanceof ConfigInvalid && /civil\.json: \/profile/.test(error.message),
      );
    }
  });
});
