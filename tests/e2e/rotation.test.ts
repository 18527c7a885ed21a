import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CivilSimulator, startCivilSimulator } from '../../adapters/civil/simulator/start.js';
import { generateKey } from '../../src/cli/keys/generate-key.js';
import { UraAnswerUntrusted, UraClient, UraRefused } from '../../src/client/index.js';
import { fileSigner } from '../../src/signing/file-signer.js';
import { readPrivateKeyFile, readTrustedKeyFile } from '../../src/signing/key-files.js';
import type { Signer } from '../../src/signing/signer.js';
import { configCopy } from '../support/config-copy.js';
import { familyRequest, type Stack, startStack } from '../support/stack.js';
import { waitFor } from '../support/wait-for.js';
import { type SwitchedRegistry, startSwitchedRegistry } from './switched-registry.js';

const clock = { now: () => Date.now() };

describe('rotation of keys while requests come in', function () {
  this.timeout(120_000);
  /** All key pairs, old and next. */
  let keys: string;
  let trust: string;
  let config: { folder: string; remove(): Promise<void> };
  let stack: Stack;
  let registry: SwitchedRegistry;
  const simulators: CivilSimulator[] = [];
  let stream: Stream;

  before(async () => {
    keys = mkdtempSync(join(tmpdir(), 'ura-rotation-'));
    trust = join(keys, 'trust');
    const made = join(process.env.URA_DATA as string, 'keys');
    for (const name of [
      'gateway-http.private.jwk.json',
      'gateway-http.public.jwk.json',
      'gateway-wss.key.pem',
      'gateway-wss.cert.pem',
      'civil-wss.key.pem',
      'civil-wss.cert.pem',
      'oss-divjake.private.jwk.json',
      'oss-divjake.public.jwk.json',
    ])
      copyFileSync(join(made, name), join(keys, name));
    const order = { folder: keys, development: false, days: 30, clock };
    await generateKey({ ...order, name: 'gateway-http-next', use: 'http', type: 'ec' });
    await generateKey({ ...order, name: 'oss-divjake-next', use: 'http', type: 'ed25519' });
    await generateKey({ ...order, name: 'gateway-wss-next', use: 'wss', type: 'rsa' });
    await generateKey({ ...order, name: 'civil-wss-next', use: 'wss', type: 'rsa' });
    mkdirSync(join(trust, 'oss-divjake'), { recursive: true });
    mkdirSync(join(trust, 'civil'));
    pin('oss-divjake', 'oss-divjake.public.jwk.json');
    pin('civil', 'civil-wss.cert.pem');

    registry = await startSwitchedRegistry(await simulate('civil-wss', 'gateway-wss', 'gateway-wss-next'));
    config = await configCopy({
      'gateway.json': (content) => ({ ...content, keys: ownKeys('gateway-http', 'gateway-wss') }),
      'clients/oss-divjake.json': (content) => ({ ...content, keys: [join(trust, 'oss-divjake')] }),
      'adapters/civil.json': (content) => ({
        ...content,
        trust: [join(trust, 'civil')],
        endpoint: registry.url,
      }),
    });
    stack = await startStack({ config: config.folder });
    stream = new Stream(await clientWith('oss-divjake'), stack.people.headOfSix);
    stream.start(4);
  });

  after(async () => {
    await stream.stop();
    await stack.stop();
    registry.close();
    await Promise.all(simulators.map((simulator) => simulator.close()));
    await config.remove();
    rmSync(keys, { recursive: true });
  });

  const pin = (partner: string, file: string): void =>
    copyFileSync(join(keys, file), join(trust, partner, file));
  const unpin = (partner: string, file: string): void => rmSync(join(trust, partner, file));
  const ownKeys = (http: string, messages: string) => ({
    http: join(keys, `${http}.private.jwk.json`),
    messages: {
      privateKey: join(keys, `${messages}.key.pem`),
      certificate: join(keys, `${messages}.cert.pem`),
    },
  });
  const reload = async (): Promise<void> => assert.ok(await stack.gateway.reload());

  /** A registry that signs with one key and pins some of the gateway's. @returns its endpoint. */
  async function simulate(own: string, ...gatewayNames: string[]): Promise<string> {
    const pem = (name: string): string => readFileSync(join(keys, name), 'utf8');
    const simulator = await startCivilSimulator({
      port: 0,
      people: 400,
      publicUrl: 'urn:al:ura:registry:civil',
      privateKeyPem: pem(`${own}.key.pem`),
      certificatePem: pem(`${own}.cert.pem`),
      gatewayCertificatesPem: gatewayNames.map((name) => pem(`${name}.cert.pem`)),
    });
    simulators.push(simulator);
    return simulator.soapUrl;
  }
  async function clientWith(
    name: string,
    gatewayNames = ['gateway-http', 'gateway-http-next'],
  ): Promise<UraClient> {
    const signer: Signer = fileSigner(await readPrivateKeyFile(join(keys, `${name}.private.jwk.json`)));
    const gatewayKeys = await Promise.all(
      gatewayNames.map((each) =>
        readTrustedKeyFile(join(keys, `${each}.public.jwk.json`), { partner: 'gateway' }),
      ),
    );
    return new UraClient({ gateway: origin(), signer, gatewayKeys });
  }
  const origin = (): string => `http://127.0.0.1:${stack.variables.PORT}`;
  const isRefused = (error: unknown): boolean =>
    error instanceof UraRefused && error.status === 401 && error.code === 'signature-refused';

  it('lets a client change its key, and refuses the old one once it is taken away', async () => {
    await stream.answersMore(8);
    const old = await clientWith('oss-divjake');
    const next = await clientWith('oss-divjake-next');
    await assert.rejects(next.services(), isRefused, 'not before it is pinned');
    pin('oss-divjake', 'oss-divjake-next.public.jwk.json');
    await reload();
    await old.services();
    await stream.goOnWith(next);
    await stream.answersMore(8);
    unpin('oss-divjake', 'oss-divjake.public.jwk.json');
    await reload();
    await stream.answersMore(8);
    await assert.rejects(old.services(), isRefused);
    assert.deepEqual(stream.failures, []);
  });

  it('lets a registry change its certificate, and believes nothing under the old one afterwards', async () => {
    pin('civil', 'civil-wss-next.cert.pem');
    await reload();
    await stream.answersMore(8);
    const old = simulators[0]?.soapUrl as string;
    const next = await simulate('civil-wss-next', 'gateway-wss', 'gateway-wss-next');
    await registry.switchTo(next);
    await stream.answersMore(8);
    unpin('civil', 'civil-wss.cert.pem');
    await reload();
    await stream.answersMore(8);
    await stream.pause();

    await registry.switchTo(old);
    const client = await clientWith('oss-divjake-next');
    const { id } = await client.submit(familyRequest(stack.people.widow), { idempotencyKey: randomUUID() });
    await waitFor(
      () => stack.log.find((line) => line.requestId === id && line.reason === 'key-unknown'),
      'the alarm',
    );
    assert.notEqual((await client.get(id)).state, 'answered');
    await registry.switchTo(next);
    await waitFor(
      async () => ((await client.get(id)).state === 'answered' ? true : undefined),
      'the answer under the new certificate',
    );
    stream.start(4);
    assert.deepEqual(stream.failures, []);
  });

  it('changes its own keys for answers, events and messages by the settings', async () => {
    const path = join(config.folder, 'gateway.json');
    const settings = JSON.parse(readFileSync(path, 'utf8')) as object;
    writeFileSync(
      path,
      JSON.stringify({ ...settings, keys: ownKeys('gateway-http-next', 'gateway-wss-next') }),
    );
    // Nobody says a word: the gateway finds it by itself.
    const onlyNext = await clientWith('oss-divjake-next', ['gateway-http-next']);
    const onlyOld = await clientWith('oss-divjake-next', ['gateway-http']);
    await onlyOld.services();
    await waitFor(() => onlyNext.services().catch(() => undefined), 'an answer under the new key', 30_000);
    await assert.rejects(onlyOld.services(), UraAnswerUntrusted);
    // From here on the registry believes the new certificate alone.
    await registry.switchTo(await simulate('civil-wss-next', 'gateway-wss-next'));
    await stream.answersMore(8);
    await stream.stop();
    assert.deepEqual(stream.failures, []);

    const { rows } = await stack.database.query<{ signed_by: string; count: string }>(
      `select signed_by, count(*) from evidence where kind = 'result' group by 1`,
    );
    assert.deepEqual(rows.map(({ signed_by }) => signed_by).sort(), [
      'dev-gateway-http',
      'gateway-http-next',
    ]);
  });

  it('shows the set in use, and that what is on disk cannot be used', async () => {
    type Ready = { status: string; checks: { name: string; status: string; detail?: string }[] };
    const check = async (name: string) => {
      const ready = (await (await fetch(`${origin()}/health/ready`)).json()) as Ready;
      assert.equal(ready.status, 'ready');
      return ready.checks.find((each) => each.name === name);
    };
    assert.equal((await check('configuration'))?.status, 'ok');
    const broken = join(trust, 'civil', 'broken.pem');
    writeFileSync(broken, 'x');
    assert.equal(await stack.gateway.reload(), false);
    assert.equal((await check('configuration'))?.status, 'warning');
    assert.match((await check('configuration'))?.detail ?? '', /cannot be used since \d+ s/);
    const metrics = await (await fetch(`${origin()}/metrics`)).text();
    assert.match(metrics, /^ura_configuration_unusable_seconds [1-9]/m);
    assert.match(metrics, /^ura_internal_failures_total\{what="configuration"\} [1-9]/m);
    rmSync(broken);
    await reload();
    assert.equal((await check('configuration'))?.status, 'ok');
    // The certificate that lives 30 days is about to warn; the one of before is shown no more.
    assert.match(
      (await check('certificate-registry-civil'))?.detail ?? '',
      /^civil-wss-next\.cert\.pem expires/,
    );
    assert.equal(await check('certificate-registry-civil-2'), undefined);
  });
});

/** Requests without a break, several at once, each of which has to be answered. */
class Stream {
  readonly failures: unknown[] = [];
  #answered = 0;
  #wanted = false;
  #client: UraClient;
  #workers: { client: UraClient; done: Promise<void> }[] = [];

  constructor(
    client: UraClient,
    private readonly nid: string,
  ) {
    this.#client = client;
  }

  start(workers: number): void {
    this.#wanted = true;
    this.#workers = Array.from({ length: workers }, () => {
      const worker = { client: this.#client, done: Promise.resolve() };
      worker.done = this.#work(worker);
      return worker;
    });
  }

  async #work(worker: { client: UraClient }): Promise<void> {
    while (this.#wanted) {
      worker.client = this.#client;
      try {
        const request = await worker.client.submit(familyRequest(this.nid), {
          idempotencyKey: randomUUID(),
          waitSeconds: 20,
        });
        assert.equal(request.state, 'answered');
        this.#answered += 1;
      } catch (error) {
        this.failures.push(error);
        return;
      }
    }
  }

  /** Every request from now on goes out under another key; resolves when none of before is under way. */
  async goOnWith(client: UraClient): Promise<void> {
    this.#client = client;
    const isOver = (): true | undefined =>
      this.#workers.every((worker) => worker.client === client) || undefined;
    await waitFor(isOver, 'the last request under the old key');
  }

  async answersMore(count: number): Promise<void> {
    const until = this.#answered + count;
    await waitFor(
      () => (this.#answered >= until || this.failures.length > 0 ? true : undefined),
      `${count} answers`,
    );
    assert.deepEqual(this.failures, []);
  }

  async pause(): Promise<void> {
    this.#wanted = false;
    await Promise.all(this.#workers.map(({ done }) => done));
  }

  stop(): Promise<void> {
    return this.pause();
  }
}
