import assert from 'node:assert/strict';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { openOwnClient } from '../../src/cli/own-client.js';
import { type ApplicationDraft, UraClient } from '../../src/client/index.js';
import { createEventSource } from '../../src/kafka/consumer.js';
import { verifyEvent } from '../../src/signing/event-signature.js';
import { verifyRequest } from '../../src/signing/http-sig/index.js';
import type { TrustedKey } from '../../src/signing/signer.js';
import { type CallbackReceiver, startReceiver } from '../adapters/property/callback-receiver.js';
import { refusalOf } from '../support/refused.js';
import { type Stack, startStack } from '../support/stack.js';
import { waitFor } from '../support/wait-for.js';

const officer = { organisation: 'Bashkia Divjakë', officer: 'e.hoxha', unit: 'Arsimi' };

interface Told {
  readonly type: string;
  readonly subject: string;
  readonly topic: string;
  readonly value: Record<string, unknown>;
}

describe('applications from an ADISA counter', function () {
  this.timeout(60_000);
  let stack: Stack;
  let webhook: CallbackReceiver;
  let adisa: UraClient;
  let divjake: UraClient;
  let fier: UraClient;
  let gatewayKey: TrustedKey;
  let stopListening: () => Promise<void>;
  const told: Told[] = [];
  let failing = 0;

  before(async () => {
    webhook = await startReceiver();
    webhook.handle = (_, response) => {
      failing -= 1;
      response.writeHead(failing >= 0 ? 503 : 204).end();
    };
    stack = await startStack({ variables: { URA_ADISA_WEBHOOK: webhook.url } });
    const own = await openOwnClient(stack.variables, { municipality: 'AD' });
    adisa = new UraClient({ gateway: `http://127.0.0.1:${stack.variables.PORT}`, ...own });
    divjake = await stack.client('20');
    fier = await stack.client('21');
    gatewayKey = own.gatewayKeys[0] as TrustedKey;
    const source = createEventSource({
      brokers: stack.variables.KAFKA_BROKERS as string,
      groupId: `test-${randomUUID()}`,
      topics: ['oss.20.applications.v1', 'oss.AD.applications.v1'],
      fromBeginning: true,
    });
    const finished = source.run(async ({ topic, headers, value }) => {
      const attributes = Object.fromEntries(headers) as Parameters<typeof verifyEvent>[0];
      const find = (keyId: string) => (keyId === gatewayKey.keyId ? gatewayKey : undefined);
      // Events of other runs on the same broker are signed by other keys.
      if (!(await verifyEvent(attributes, value, find, { now: Date.now() }).catch(() => undefined))) return;
      const { ce_type: type, ce_subject: subject } = attributes;
      told.push({ type, subject, topic, value: JSON.parse(Buffer.from(value).toString()) });
    });
    stopListening = async () => {
      await source.stop();
      await finished;
    };
  });
  after(async () => {
    await stopListening();
    await stack.stop();
    await webhook.close();
  });

  const documents = [randomBytes(70_000), Buffer.from('%PDF-1.4\n\u0000\u00ff', 'latin1')];
  const application = (changes: Partial<ApplicationDraft> = {}): ApplicationDraft => ({
    municipality: '20',
    service: 'AL020403',
    caseId: `AD-${randomUUID().slice(0, 8)}`,
    applicant: { scheme: 'NID', notation: stack.people.married },
    form: { institution: 'Universiteti i Tiranës', academicYear: '2025-2026' },
    requester: { organisation: 'ADISA', officer: 'k.dervishi', unit: 'Sporteli 3, Divjakë' },
    documents: documents.map((bytes, index) => ({
      name: `skanim ${index + 1}.pdf`,
      mediaType: 'application/pdf',
      content: bytes.toString('base64'),
    })),
    ...changes,
  });
  const submit = (draft: ApplicationDraft, idempotencyKey: string = randomUUID()) =>
    adisa.submitApplication(draft, { idempotencyKey });
  const tellings = (id: string, type: string) =>
    told.filter((one) => one.subject === id && one.type === type);

  it('reach the municipality with their documents, byte for byte', async () => {
    const key = randomUUID();
    const draft = application();
    const submitted = await submit(draft, key);
    assert.equal(submitted.state, 'submitted');
    assert.equal(submitted.origin, 'AD');
    assert.deepEqual(await submit(draft, key), submitted, 'repeated with the same key');
    assert.equal(
      (await refusalOf(submit(application({ caseId: 'OTHER' }), key))).code,
      'idempotency-key-reused',
    );

    const [event] = await waitFor(() => {
      const found = tellings(submitted.id, 'ura.application.submitted.v1');
      return found.length > 0 ? found : undefined;
    }, 'the event for the municipality');
    assert.equal(event?.topic, 'oss.20.applications.v1');
    assert.deepEqual(event?.value.form, draft.form);
    const listed = event?.value.documents as { number: number; sha256: string }[];
    assert.deepEqual(
      listed.map(({ sha256 }) => sha256),
      documents.map((bytes) => createHash('sha256').update(bytes).digest('hex')),
    );
    for (const { number } of listed) {
      const bytes = await divjake.applicationDocument(submitted.id, number);
      assert.deepEqual(Buffer.from(bytes), documents[number - 1]);
    }
    assert.equal((await divjake.application(submitted.id)).caseId, draft.caseId);
  });

  it('bring their states back: by GET, by signed webhook and on the own topic, in order', async () => {
    failing = 1;
    const { id } = await submit(application());
    for (const [state, note] of [
      ['received', undefined],
      ['in-review', undefined],
      ['needs-information', 'Mungon vërtetimi i shkollës'],
      ['in-review', undefined],
      ['approved', undefined],
    ] as const) {
      await divjake.reportApplicationState(id, {
        state,
        officer,
        ...(note ? { note } : {}),
        ...(state === 'approved' ? { protocolNumber: '117/2026' } : {}),
      });
    }
    const expected = ['received', 'in-review', 'needs-information', 'in-review', 'approved'];
    const seen = await adisa.application(id);
    assert.equal(seen.state, 'approved');
    assert.equal(seen.protocolNumber, '117/2026');
    assert.deepEqual(
      seen.history.map(({ state }) => state),
      ['submitted', ...expected],
    );
    await waitFor(
      () => (tellings(id, 'ura.application.state.v1').length === 5 ? true : undefined),
      'the states on the topic',
    );
    const events = tellings(id, 'ura.application.state.v1');
    assert.ok(events.every(({ topic }) => topic === 'oss.AD.applications.v1'));
    assert.deepEqual(
      events.map(({ value }) => value.state),
      expected,
    );

    const bodies = () =>
      webhook.messages
        .map(
          ({ body }) =>
            JSON.parse(body.toString()) as { id: string; subject: string; data: { state: string } },
        )
        .filter(({ subject }) => subject === id);
    await waitFor(() => (bodies().at(-1)?.data.state === 'approved' ? true : undefined), 'the webhooks');
    const once = bodies().filter(
      ({ id: each }, index, all) => all.findIndex((one) => one.id === each) === index,
    );
    assert.deepEqual(
      once.map(({ data }) => data.state),
      expected,
      'in order, the first one twice because it was not taken at first',
    );
    assert.ok(bodies().length > once.length);
    for (const { method, targetUri, headers, body } of webhook.messages) {
      const find = (keyId: string) => (keyId === gatewayKey.keyId ? gatewayKey : undefined);
      const { partner } = verifyRequest({ method, targetUri, headers, body }, find, { now: Date.now() });
      assert.equal(partner, 'gateway');
      assert.throws(() =>
        verifyRequest({ method, targetUri, headers, body: Buffer.concat([body, Buffer.from(' ')]) }, find, {
          now: Date.now(),
        }),
      );
    }
    const left = await stack.database.query(
      'select count(*) as count from webhooks where application_id = $1',
      [id],
    );
    assert.equal(Number(left.rows[0].count), 0);
  });

  it('go only from state to state as the table allows, and the same again changes nothing', async () => {
    const { id } = await submit(application({ documents: [] }));
    await divjake.reportApplicationState(id, { state: 'rejected', officer, note: 'Afati ka kaluar' });
    const again = await divjake.reportApplicationState(id, { state: 'rejected', officer });
    assert.equal(again.history.length, 2);
    const refused = await refusalOf(divjake.reportApplicationState(id, { state: 'approved', officer }));
    assert.equal(refused.code, 'state-not-allowed');
  });

  it('are refused with what is wrong, and to whom they are none of their business', async () => {
    const codes: [string, () => Promise<unknown>, string, string?][] = [
      ['an unknown municipality', () => submit(application({ municipality: '99' })), 'not-granted'],
      ['a municipality that gave no grant', () => submit(application({ municipality: '35' })), 'not-granted'],
      ['an unknown service', () => submit(application({ service: 'AL999999' })), 'unknown-service'],
      [
        'a service not offered there',
        () => submit(application({ service: 'AL021003' })),
        'service-not-offered',
      ],
      [
        'a form that lacks a field',
        () => submit(application({ form: { institution: 'UT' } })),
        'invalid-request',
        '/form/academicYear',
      ],
      [
        'an applicant of a wrong date',
        () => submit(application({ applicant: { scheme: 'NID', notation: 'J09901999W' } })),
        'invalid-request',
        '/applicant/notation',
      ],
      [
        'a document that is no base64',
        () =>
          submit(
            application({
              documents: [{ name: 'a.pdf', mediaType: 'application/pdf', content: 'JVBERi0xLjR=' }],
            }),
          ),
        'invalid-request',
        '/documents/0/content',
      ],
      [
        'another organisation',
        () =>
          submit(
            application({ requester: { organisation: 'Bashkia Fier', officer: 'x.yll', unit: 'Sporteli' } }),
          ),
        'not-granted',
      ],
      [
        'a municipality that submits',
        () => divjake.submitApplication(application(), { idempotencyKey: randomUUID() }),
        'not-granted',
      ],
    ];
    for (const [name, work, code, pointer] of codes) {
      const refused = await refusalOf(work());
      assert.equal(refused.code, code, name);
      if (pointer)
        assert.ok(
          refused.errors.some((error) => error.pointer === pointer),
          name,
        );
    }
    const { id } = await submit(application());
    assert.equal((await refusalOf(fier.application(id))).code, 'unknown-application');
    assert.equal((await refusalOf(fier.applicationDocument(id, 1))).code, 'unknown-application');
    const ofFier = { ...officer, organisation: 'Bashkia Fier' };
    assert.equal(
      (await refusalOf(fier.reportApplicationState(id, { state: 'received', officer: ofFier }))).code,
      'unknown-application',
    );
    // The counter itself reports no states.
    const ofAdisa = { ...officer, organisation: 'ADISA' };
    assert.equal(
      (await refusalOf(adisa.reportApplicationState(id, { state: 'approved', officer: ofAdisa }))).code,
      'unknown-application',
    );
    assert.equal((await refusalOf(divjake.applicationDocument(id, 9))).code, 'unknown-application');
  });

  it('come with registry requests of its own, under its own grants and topic', async () => {
    const request = await adisa.submit(
      {
        service: 'AL012031',
        subject: { scheme: 'NID', notation: stack.people.headOfSix },
        purpose: 'civil-certificate',
        legalBasis: 'Ligji 10129/2009',
        requester: { organisation: 'ADISA', officer: 'k.dervishi', unit: 'Sporteli 3' },
        caseId: 'AD-REQ-1',
      },
      { idempotencyKey: randomUUID(), waitSeconds: 20 },
    );
    assert.equal(request.state, 'answered');
    assert.equal(request.municipality, 'AD');
    assert.equal((await refusalOf(divjake.get(request.id))).code, 'unknown-request');
  });
});
