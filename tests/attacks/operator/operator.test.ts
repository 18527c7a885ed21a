import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { openOwnOperator } from '../../../src/cli/operator/own-operator.js';
import { openOwnClient } from '../../../src/cli/own-client.js';
import { fileSigner } from '../../../src/signing/file-signer.js';
import type { Signer } from '../../../src/signing/signer.js';
import { type OperatorWorld, openOperatorWorld } from '../../operator/operator-world.js';
import { type Attackers, honest, operatorVectors, type Sent } from './vectors.js';

describe("attacks on the operators' API", function () {
  this.timeout(180_000);
  const rows: string[] = [];
  let world: OperatorWorld;
  let attackers: Attackers;
  let stored: unknown;

  before(async () => {
    world = await openOperatorWorld();
    const { variables, gateway } = world.stack;
    const signerOf = async (as: string): Promise<Signer> => (await openOwnOperator(variables, { as })).signer;
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    attackers = {
      origin: gateway.url,
      desk: await signerOf('operations'),
      divjake: (await openOwnClient(variables, { municipality: '20' })).signer,
      watcher: await signerOf('watcher'),
      mover: await signerOf('mover'),
      steward: await signerOf('steward'),
      platform: await signerOf('platform'),
      ofFier: await signerOf('of-fier'),
      // Under the name of a key that is known.
      stranger: fileSigner({ keyId: 'mover', privateKey }),
      held: await world.held('answer'),
    };
    stored = await snapshot();
  });
  after(async () => {
    await world.stop();
    const refused = rows.filter((row) => row.startsWith('refused')).length;
    process.stdout.write(`${rows.join('\n')}\nattack vectors: ${rows.length} refused: ${refused}\n`);
  });

  const send = ({ target, ...rest }: Sent): Promise<Response> => fetch(`${attackers.origin}${target}`, rest);
  /** Everything about requests; keys that were used and nonces that were seen must be remembered. */
  const snapshot = async (): Promise<unknown> => {
    const { rows: tables } = await world.stack.database.query(
      `select (select json_agg(r) from (select id, state, reason, evidence_count, updated_at from requests) r) as requests,
         (select count(*)::integer from evidence) as evidence, (select count(*)::integer from outbox) as outbox`,
    );
    return tables[0];
  };

  for (const [index, { name, status, code, make }] of operatorVectors.entries()) {
    it(`${name} is refused with ${status} ${code}`, async () => {
      rows[index] = `NOT REFUSED  ${name}`;
      const made = await make(attackers);
      let answer: Response | undefined;
      for (const sent of Array.isArray(made) ? (made as Sent[]) : [made as Sent]) answer = await send(sent);
      const text = (await answer?.text()) ?? '';
      assert.equal(answer?.status, status, text);
      const problem = JSON.parse(text) as { code: string; requestId: string };
      assert.equal(problem.code, code);
      assert.equal(text.includes(world.stack.people.widow), false, 'the refusal repeats personal data');
      // A stranger must not be able to make the gateway sign; an operator's refusals are signed.
      const isKnown =
        ![401].includes(status) &&
        !/^(message-replayed|malformed-target|not-found|method-not-allowed|body-too-large)$/.test(code);
      assert.equal(answer?.headers.has('signature'), isKnown, 'signature of the refusal');
      rows[index] = `refused  ${String(status).padEnd(4)} ${code.padEnd(24)} ${name}`;
    });
  }

  it('changed nothing, and had no registry asked', async () => {
    assert.deepEqual(await snapshot(), stored);
    assert.equal(world.executions(attackers.held), 1);
    const metrics = await (await fetch(`${attackers.origin}/metrics`)).text();
    assert.doesNotMatch(metrics, /^ura_http_request_seconds_count\{[^}]*status="5\d\d"/m);
    assert.doesNotMatch(metrics, /^ura_operator_actions_total\{[^}]*outcome="done"/m);
  });

  it('are measured against an honest message that is taken, and answered under the gateway’s signature', async () => {
    const answer = await send(await honest(attackers, { signer: attackers.mover }));
    assert.equal(answer.status, 200);
    assert.ok(answer.headers.has('signature'));
    assert.equal(((await answer.json()) as { state: string }).state, 'retry-wait');
  });

  it('leave the document open to everybody', async () => {
    const answer = await fetch(`${attackers.origin}/operator/openapi.json`);
    assert.equal(answer.status, 200);
    assert.equal(((await answer.json()) as { info: { title: string } }).info.title, 'Ura operators');
  });
});
