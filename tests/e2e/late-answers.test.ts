import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { generatePopulation } from '../../adapters/civil/simulator/population.js';
import { deriveCadastre } from '../../adapters/property/simulator/cadastre.js';
import type { PropertySimulator } from '../../adapters/property/simulator/start.js';
import type { PropertyOwnershipRecord, ResidenceRecord } from '../../contracts/canonical/types.js';
import type { AuditRow } from '../../src/evidence/audit-input.js';
import { checkRegistryMessages } from '../../src/evidence/audit-registry-messages.js';
import { type CallbackReceiver, startReceiver } from '../adapters/property/callback-receiver.js';
import { consistent, edit, failuresOf, inputOf, withRow } from '../evidence/audit-scene.js';
import { type CollectedResults, collectResults } from '../support/collect-results.js';
import { configCopy } from '../support/config-copy.js';
import { ownershipRequest, propertySamples, startPropertyRegistry } from '../support/property-registry.js';
import { type Stack, startStack } from '../support/stack.js';
import { waitFor } from '../support/wait-for.js';

describe('registries that answer later, end to end', function () {
  this.timeout(60_000);
  let cadastre: PropertySimulator;
  /** Keeps what is brought and acknowledges nothing: here the gateway gets its answers by asking. */
  let receiver: CallbackReceiver;
  let stack: Stack;
  let results: CollectedResults;
  let removeConfig: () => Promise<void>;

  before(async () => {
    receiver = await startReceiver();
    receiver.handle = (_, response) => void response.writeHead(503).end();
    cadastre = await startPropertyRegistry({ callbackUrl: receiver.url, repeatMs: 500 });
    const config = await configCopy({
      'adapters/property.json': (content) => ({ ...content, pollEveryMs: 200 }),
      'gateway.json': (content) => ({
        ...content,
        dispatch: { ...(content.dispatch as object), pollMs: 100 },
      }),
    });
    removeConfig = config.remove;
    stack = await startStack({ config: config.folder, variables: { URA_PROPERTY_URL: cadastre.soapUrl } });
    results = await collectResults(stack.variables);
  });
  beforeEach(() => cadastre.control('normal'));
  after(async () => {
    await results.stop();
    await stack.stop();
    await cadastre.close();
    await receiver.close();
    await removeConfig();
  });

  const submit = async (
    draft: Parameters<Awaited<ReturnType<Stack['client']>>['submit']>[0],
    waitSeconds = 0,
  ) => (await stack.client()).submit(draft, { idempotencyKey: randomUUID(), waitSeconds });
  const reaches = (id: string, state: string) =>
    waitFor(async () => {
      const request = await (await stack.client()).get(id);
      return request.state === state ? request : undefined;
    }, `the state ${state}`);

  it('answers at once when the cadastre does', async () => {
    const { owner } = propertySamples(cadastre);
    const request = await submit(ownershipRequest(owner, 'DIV-P-1'), 20);
    assert.equal(request.state, 'answered');
    assert.ok(request.result?.kind === 'answered');
    const record = request.result.evidence as PropertyOwnershipRecord;
    assert.equal(record.found, true);
    // Divjakë is granted what somebody owns, and not with whom.
    assert.equal(record.properties[0]?.owners[0]?.party, undefined);
    assert.equal(record.properties[0]?.areaM2, 98.5);
  });

  it('gives a negative certificate for each of a family of six', async () => {
    const known = deriveCadastre(generatePopulation(2026, 400));
    const family = stack.registry.population.familyOf.get(stack.people.headOfSix);
    const nids = [stack.people.headOfSix, ...(family?.members.map(({ nid }) => nid) ?? [])];
    assert.equal(nids.length, 6);
    for (const notation of nids) {
      assert.deepEqual(known.ownedBy({ scheme: 'NID', notation }), []);
      const request = await submit(ownershipRequest({ scheme: 'NID', notation }, 'DIV-P-2'), 20);
      assert.ok(request.result?.kind === 'answered');
      assert.equal((request.result.evidence as PropertyOwnershipRecord).found, false);
    }
  });

  it('waits, asks again, and delivers the answer that came late; the audit follows it', async () => {
    const { owner } = propertySamples(cadastre);
    // Long enough to be seen waiting, on a busy machine as well.
    cadastre.control({ behaviour: 'late-poll', delayMs: 5_000, count: 1 });
    const accepted = await submit(ownershipRequest(owner, 'DIV-P-3'));
    const waiting = await reaches(accepted.id, 'awaiting-answer');
    assert.equal(waiting.result, undefined);
    assert.equal(results.of(accepted.id).length, 0);
    // Taken, and then silent for a while: the next look finds it.
    cadastre.control({ behaviour: 'down', count: 1 });
    const event = await results.next(accepted.id);
    assert.equal(event.type, 'ura.request.answered.v1');
    const request = await reaches(accepted.id, 'answered');
    assert.deepEqual(event.value.result, request.result);
    const asked = cadastre.journal.entries().filter(({ messageId }) => messageId.includes(accepted.id));
    assert.deepEqual(
      asked.map(({ repetitions }) => repetitions),
      [0],
      'the question itself was sent once',
    );

    const input = await inputOf(stack, accepted.id);
    assert.deepEqual(await failuresOf(input), []);
    const answers = input.rows.filter(({ kind }) => kind === 'registry-answer');
    assert.equal(answers.at(-1)?.meta.outcome, 'answered');
    assert.ok(answers.some(({ meta }) => meta.outcome === 'pending'));
    // The audit must not take an asking again for another request as one for this.
    const last = input.rows.findLast(({ kind }) => kind === 'registry-request') as AuditRow;
    const forged = consistent(edit(last, `urn:uuid:${accepted.id}`, `urn:uuid:${randomUUID()}`));
    const lied = withRow(input, 'registry-request', (row) => (row === last ? forged : {}));
    const found = (await failuresOf(lied)).map(({ name }) => name);
    assert.ok(found.includes(`registry-request #${last.sequence}: signature`), found.join(', '));
    const first = input.rows.find(({ kind }) => kind === 'registry-answer') as AuditRow;
    const { bytes, sha256, sizeBytes } = first;
    const swapped = withRow(input, 'registry-answer', (row) =>
      row.sequence === answers.at(-1)?.sequence ? { bytes, sha256, sizeBytes } : {},
    );
    assert.notDeepEqual(await failuresOf(swapped), []);
  });

  it('is followed by the audit when the cadastre brought the answer', async () => {
    const { owner } = propertySamples(cadastre);
    cadastre.control({ behaviour: 'late-callback', delayMs: 500, count: 1 });
    const { id } = await submit(ownershipRequest(owner, 'DIV-P-7'));
    await results.next(id);
    const brought = await waitFor(
      () => receiver.messages.find(({ body }) => Buffer.from(body).includes(id)),
      'the cadastre to bring the answer',
    );
    const input = await inputOf(stack, id);
    const last = input.rows.findLast(({ kind }) => kind === 'registry-answer') as AuditRow;
    // The same evidence, as if it had come that way: the question, and the message that was brought.
    const asBrought = (bytes: Uint8Array) => ({
      ...input,
      rows: input.rows
        .filter(({ kind, sequence }) => kind !== 'registry-request' || sequence < 4)
        .filter(({ kind, sequence }) => kind !== 'registry-answer' || sequence === last.sequence)
        .map((row) =>
          row.sequence === last.sequence
            ? { ...row, ...consistent(Buffer.from(bytes)), meta: { ...row.meta, way: 'callback' } }
            : row,
        ),
    });
    const failed = async (bytes: Uint8Array) =>
      (await checkRegistryMessages(asBrought(bytes))).filter(({ ok }) => !ok).map(({ name }) => name);
    assert.deepEqual(await failed(brought.body), []);
    cadastre.control({ behaviour: 'late-callback', delayMs: 100, count: 1 });
    const { id: otherId } = await submit(ownershipRequest(owner, 'DIV-P-8'));
    await results.next(otherId);
    const broughtForOther = await waitFor(
      () => receiver.messages.find(({ body }) => Buffer.from(body).includes(otherId)),
      'the cadastre to bring the other answer',
    );
    assert.deepEqual(await failed(broughtForOther.body), [`registry-answer #${last.sequence}: relates to`]);
    const changed = Buffer.from(Buffer.from(brought.body).toString().replace('98.50', '98.51'));
    assert.ok((await failed(changed)).includes(`registry-answer #${last.sequence}: signature`));
  });

  it('refuses late as well', async () => {
    const { unknownProperty } = propertySamples(cadastre);
    cadastre.control({ behaviour: 'late-poll', delayMs: 300, count: 1 });
    const accepted = await submit({
      ...ownershipRequest({ scheme: 'NID', notation: stack.people.single }, 'DIV-P-4'),
      service: 'AL013002',
      purpose: 'building-permit',
      subject: { scheme: 'PROPERTY', notation: unknownProperty },
    });
    assert.equal((await results.next(accepted.id)).type, 'ura.request.refused.v1');
    const request = await reaches(accepted.id, 'refused');
    assert.equal(request.result?.kind === 'refused' && request.result.code, 'PROPERTY_NOT_FOUND');
  });

  it('leaves a birth in a paper book to the officers of the office that keeps it', async () => {
    const accepted = await submit({
      ...ownershipRequest({ scheme: 'NID', notation: stack.people.onPaper }, 'DIV-P-5'),
      service: 'AL012002',
      parameters: { factKind: 'BIRTH' },
    });
    await reaches(accepted.id, 'awaiting-officer');
    const { rows } = await stack.database.query<{ office: string }>(
      'select office from requests where id = $1',
      [accepted.id],
    );
    assert.equal(rows[0]?.office, '20');
    assert.equal(results.of(accepted.id).length, 0);
  });

  it('answers where somebody lives', async () => {
    const request = await submit(
      {
        ...ownershipRequest({ scheme: 'NID', notation: stack.people.single }, 'DIV-P-6'),
        service: 'AL012003',
      },
      20,
    );
    assert.ok(request.result?.kind === 'answered');
    const { municipalityCode } = request.result.evidence as Pick<ResidenceRecord, 'municipalityCode'>;
    assert.equal(municipalityCode, '20');
  });
});
