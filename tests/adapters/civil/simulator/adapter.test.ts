import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { Adapter, Exchange } from '../../../../adapters/adapter.js';
import { civilDefinition } from '../../../../adapters/civil/definition.js';
import type { Behaviour } from '../../../../adapters/civil/simulator/faults.js';
import { createSoapAdapter } from '../../../../adapters/soap/soap-adapter.js';
import type { FamilyComposition } from '../../../../contracts/canonical/types.js';
import { createEvidenceValidator } from '../../../../contracts/canonical/validate.js';
import type { Outcome } from '../../../../contracts/outcome.js';
import { systemClock } from '../../../../src/clock.js';
import { fileSigner } from '../../../../src/signing/file-signer.js';
import { wssX509Integrity } from '../../../../src/signing/wss-x509-integrity.js';
import { trust } from '../../../support/certificates.js';
import { openScene, type Scene } from './scene.js';

describe('civil adapter against the civil simulator', () => {
  let scene: Scene;
  let adapter: Adapter;
  before(async () => {
    scene = await openScene();
    const { privateKey, certificate } = scene.gateway;
    const seen = new Set<string>();
    adapter = await createSoapAdapter(
      civilDefinition(),
      {
        endpoint: scene.registry.soapUrl,
        to: scene.registry.soapUrl,
        connectTimeoutMs: 2_000,
        callTimeoutMs: 10_000,
        maxSockets: 4,
      },
      {
        profile: wssX509Integrity({
          signer: fileSigner({ keyId: 'gateway-1', privateKey, certificate }),
          trusted: [trust(scene.registryKey, 'civil', 'ecdsa-p256-sha256')],
          replaySet: {
            remember: async ({ messageId }) => !seen.has(messageId) && seen.add(messageId).has(messageId),
          },
          clock: systemClock,
        }),
        clock: systemClock,
        validateEvidence: createEvidenceValidator(),
      },
    );
  });
  afterEach(() => scene.registry.control('normal'));
  after(async () => {
    await adapter.close();
    await scene.registry.close();
  });

  const call = async (notation: string, more: Partial<Exchange> = {}): Promise<Outcome> => {
    const exchange: Exchange = {
      messageId: randomUUID(),
      operation: 'person',
      subject: { scheme: 'NID', notation },
      parameters: {},
      purpose: 'social-housing',
      legalBasis: 'Ligji 22/2018, neni 18',
      requester: { organisation: 'Bashkia Divjakë', officer: 'elira.kola', unit: 'OSS' },
      caseId: 'DIV-2026-00017',
      deadlineAt: Date.now() + 10_000,
      ...more,
    };
    return (await adapter.call(exchange, new AbortController().signal)).outcome;
  };

  it('gets evidence for each operation', async () => {
    const { headOfSix, childOfSix, married, deceased } = scene.who;
    const outcomes = [
      await call(headOfSix),
      await call(headOfSix, { operation: 'family-composition' }),
      await call(childOfSix, { operation: 'civil-fact', parameters: { factKind: 'BIRTH' } }),
      await call(married, { operation: 'civil-fact', parameters: { factKind: 'MARRIAGE' } }),
      await call(deceased, { operation: 'civil-fact', parameters: { factKind: 'DEATH' } }),
    ];
    assert.deepEqual(
      outcomes.map(({ kind }) => kind),
      outcomes.map(() => 'answered'),
    );
    const [, family] = outcomes;
    assert.ok(family?.kind === 'answered');
    assert.equal((family.evidence as FamilyComposition).members.length, 5);
  });

  it('gets the refusals of the registry with their codes', async () => {
    const unknown = await call(scene.who.unknown);
    assert.ok(unknown.kind === 'refused' && unknown.code === 'PERSON_NOT_FOUND');
    const parameters = { factKind: 'MARRIAGE' };
    const unmarried = await call(scene.who.single, { operation: 'civil-fact', parameters });
    assert.ok(unmarried.kind === 'refused' && unmarried.code === 'FACT_NOT_FOUND');
  });

  const outcomes = {
    fault: ['unavailable', 'registry-busy'],
    unsigned: ['invalid', 'security-absent'],
    'unsigned-fault': ['unknown', 'unsigned-fault'],
    'other-answer': ['invalid', 'addressing-relates-to'],
    down: ['unknown', 'connection-lost'],
    'drop-after-execution': ['unknown', 'connection-lost'],
  } as const satisfies Partial<Record<Behaviour, readonly [Outcome['kind'], string]>>;
  for (const [behaviour, [kind, reason]] of Object.entries(outcomes)) {
    it(`calls it ${kind} (${reason}) when the registry's behaviour is ${behaviour}`, async () => {
      scene.registry.control(behaviour as Behaviour);
      const outcome = await call(scene.who.headOfSix);
      assert.deepEqual([outcome.kind, 'reason' in outcome && outcome.reason], [kind, reason]);
    });
  }

  it('uses nothing of a page of HTML, and gives up on silence at its deadline', async () => {
    scene.registry.control('garbage');
    assert.notEqual((await call(scene.who.headOfSix)).kind, 'answered');
    scene.registry.control('silent');
    const outcome = await call(scene.who.headOfSix, { deadlineAt: Date.now() + 300 });
    assert.deepEqual(outcome, { kind: 'unknown', reason: 'call-timeout' });
  });

  it('gets the stored answer when it asks again after a lost one, and the registry executed once', async () => {
    const messageId = randomUUID();
    const before = scene.registry.journal.executed;
    scene.registry.control({ behaviour: 'drop-after-execution', count: 1 });
    assert.equal((await call(scene.who.widow, { messageId })).kind, 'unknown');
    assert.equal((await call(scene.who.widow, { messageId })).kind, 'answered');
    assert.equal(scene.registry.journal.executed, before + 1);
  });
});
