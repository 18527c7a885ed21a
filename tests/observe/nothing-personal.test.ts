import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { openWorld, toBytes } from '../attacks/api/signed-message.js';
import { sendBytes } from '../attacks/api/wire.js';
import { familyRequest, type Stack, startStack } from '../support/stack.js';
import { waitFor } from '../support/wait-for.js';

describe('what the gateway says about itself while it works', function () {
  this.timeout(60_000);
  let stack: Stack;
  let personal: string[];
  let metrics: string;

  before(async () => {
    stack = await startStack();
    const client = await stack.client();
    const nid = stack.people.headOfSix;
    const draft = familyRequest(nid, 'DIV-LOG-1');
    const answered = await client.submit(draft, { idempotencyKey: randomUUID(), waitSeconds: 20 });
    await client.submit(familyRequest(stack.people.unknown), {
      idempotencyKey: randomUUID(),
      waitSeconds: 20,
    });
    await client.receipt(answered.id);
    await client.list({ caseId: draft.caseId });
    // What goes wrong is logged more often than what goes well.
    const world = await openWorld(stack);
    for (const body of [
      { ...draft, subject: { scheme: 'NID', notation: `${nid}%` } },
      { ...draft, purpose: 'curiosity' },
      { ...draft, extra: nid },
      `{"subject":"${nid}"`,
    ]) {
      await sendBytes(world.port, toBytes(await world.sign({ body })));
    }
    await sendBytes(
      world.port,
      toBytes(await world.sign({ method: 'GET', target: `/v1/requests/${nid}?x=${nid}` })),
    );
    for (const behaviour of ['unsigned', 'other-answer', 'garbage', 'unsigned-fault'] as const) {
      stack.registry.control({ behaviour, count: 1 });
      const { id } = await client.submit(draft, { idempotencyKey: randomUUID() });
      await waitFor(
        () => stack.log.find(({ requestId, msg }) => requestId === id && msg === 'registry called'),
        'the call of the registry',
      );
    }
    metrics = await (await fetch(`${stack.gateway.url}/metrics`)).text();
    const { evidence } = answered.result as unknown as {
      evidence: {
        members: { person: { givenName: string; familyName: string; identifier: { notation: string } } }[];
      };
    };
    const { officer, organisation } = draft.requester;
    personal = [
      ...[nid, stack.people.unknown, officer, organisation, draft.legalBasis],
      ...evidence.members.flatMap(({ person }) => [
        person.givenName,
        person.familyName,
        person.identifier.notation,
      ]),
    ];
  });
  after(() => stack.stop());

  it('holds no number, no name and no officer in any line of the log', () => {
    const text = JSON.stringify(stack.log);
    assert.ok(stack.log.length > 30 && personal.length > 10);
    assert.match(text, /request ended/);
    assert.match(text, /ALARM/);
    // Whole words: a first name such as Ana is also a part of others.
    for (const word of personal) {
      assert.equal(
        new RegExp(`(?<![\\p{L}\\d])${literally(word)}(?![\\p{L}\\d])`, 'u').test(text),
        false,
        word,
      );
    }
  });

  it('holds none of it in the metrics either', () => {
    for (const word of personal) assert.equal(metrics.includes(word), false, word);
  });

  it('names every request in the log by its id', () => {
    const ended = stack.log.filter(({ msg }) => msg === 'request ended');
    assert.ok(ended.length >= 2);
    for (const { requestId } of ended) assert.match(String(requestId), /^[0-9a-f-]{36}$/);
  });

  for (const metric of [
    'ura_requests_accepted_total{service="AL012031"}',
    'ura_requests_finished_total{service="AL012031",outcome="answered"}',
    'ura_requests_finished_total{service="AL012031",outcome="refused"}',
    'ura_http_request_seconds_bucket{le="0.005",operation="submitRequest",status="400"}',
    'ura_hop_seconds_count{adapter="civil",hop="sign"}',
    'ura_hop_seconds_count{adapter="civil",hop="call"}',
    'ura_hop_seconds_count{adapter="civil",hop="verify"}',
    'ura_registry_attempts_total{adapter="civil",outcome="answered"}',
    'ura_registry_attempts_total{adapter="civil",outcome="invalid"}',
    'ura_refused_total{code="not-granted"}',
    'ura_alarms_total{adapter="civil",reason="',
    'ura_outbox_age_seconds ',
    'ura_outbox_events ',
    'ura_lane_depth{adapter="civil"}',
    'ura_lane_active{adapter="civil"}',
    'ura_certificate_expires_in_seconds{name="gateway-messages"}',
  ]) {
    it(`shows ${metric.trim()}`, () => assert.ok(metrics.includes(`\n${metric}`), metric));
  }
});

function literally(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
