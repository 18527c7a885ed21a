import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import type { Adapter, Exchange } from '../../../adapters/adapter.js';
import { civilDefinition, civilNamespace } from '../../../adapters/civil/definition.js';
import type { VerifiedEnvelope } from '../../../src/signing/wss-x509-integrity.js';
import { profileOf } from '../partners.js';
import {
  answerTo,
  contentOf,
  exchangeOf,
  type ScriptedRegistry,
  soapXml,
  startScriptedRegistry,
} from './scripted-registry.js';

const never = new AbortController().signal;
const definition = civilDefinition();

describe('SOAP adapter, given an unusable answer,', () => {
  let registry: ScriptedRegistry;
  let adapter: Adapter;

  before(async () => {
    registry = await startScriptedRegistry();
    adapter = await registry.connect();
  });
  after(async () => {
    await adapter.close();
    await registry.close();
  });
  beforeEach(() => registry.forget());

  async function outcomeOf(behaviour = 'person', changes: Partial<Exchange> = {}) {
    return (await adapter.call(exchangeOf(behaviour, changes), never)).outcome;
  }

  describe('concludes nothing from what never claimed to be signed:', () => {
    const bareEnvelope = Buffer.from(
      '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body><x/></e:Body></e:Envelope>',
    );
    const pages: readonly (readonly [string, number, Record<string, string>, Uint8Array])[] = [
      ['an error page', 503, { 'content-type': 'text/html' }, Buffer.from('<h1>Unavailable</h1>')],
      ['an error page in XML', 503, soapXml, Buffer.from('<error/>')],
      ['an error that is not XML', 502, soapXml, Buffer.from('Bad Gateway')],
      ['an error envelope without security', 500, soapXml, bareEnvelope],
      ['an error without media type', 500, {}, Buffer.from('')],
      ['JSON', 200, { 'content-type': 'application/json' }, Buffer.from('{}')],
    ];
    for (const [what, status, headers, bytes] of pages) {
      it(what, async () => {
        registry.replyWith(() => bytes, status, headers);
        const { outcome, answerBytes } = await adapter.call(exchangeOf('person'), never);
        assert.deepEqual(outcome, { kind: 'unknown', reason: 'http-status' });
        assert.deepEqual(answerBytes, Buffer.from(bytes));
      });
    }

    it('a redirect, even one that carries a signed answer', async () => {
      registry.replyWith(registry.signed(), 307, { ...soapXml, location: registry.url });
      assert.deepEqual(await outcomeOf(), { kind: 'unknown', reason: 'http-status' });
      assert.equal(registry.questions.length, 1);
    });

    it('a signed answer under another media type, multipart among them', async () => {
      for (const type of ['application/xml', 'application/soap+xml', 'multipart/related; type="text/xml"']) {
        registry.replyWith(registry.signed(), 200, { 'content-type': type });
        assert.deepEqual(await outcomeOf(), { kind: 'unknown', reason: 'http-status' });
      }
    });

    it('a compressed answer', async () => {
      registry.replyWith(async (question) => gzipSync(await registry.signed()(question)), 200, {
        ...soapXml,
        'content-encoding': 'gzip',
      });
      assert.deepEqual(await outcomeOf(), { kind: 'unknown', reason: 'http-status' });
    });

    it('an answer over 2 MB', async () => {
      registry.replyWith(() => Buffer.alloc(2 * 1024 * 1024 + 1, ' '));
      assert.deepEqual(await outcomeOf(), { kind: 'unknown', reason: 'http-status' });
    });

    it('half a signed answer', async () => {
      registry.reply = async (response, question) => {
        const bytes = await registry.profile.signAnswer(answerTo(question));
        response.writeHead(200, { ...soapXml, 'content-length': bytes.byteLength });
        response.write(bytes.subarray(0, 500), () => response.destroy());
      };
      const { outcome, answerBytes } = await adapter.call(exchangeOf('person'), never);
      assert.deepEqual(outcome, { kind: 'unknown', reason: 'connection-lost' });
      assert.equal(answerBytes?.byteLength, 500);
    });
  });

  describe('never uses, and names the reason of,', () => {
    async function invalid(reason: string, behaviour = 'person') {
      const exchanged = await adapter.call(exchangeOf(behaviour), never);
      assert.deepEqual(exchanged.outcome, { kind: 'invalid', reason });
      assert.ok((exchanged.answerBytes?.byteLength ?? 0) > 0);
    }

    it('garbage under the right media type', async () => {
      registry.replyWith(() => Buffer.from('<e:Envelope'));
      await invalid('xml-malformed');
    });

    it('a signed answer of which one byte was changed', async () => {
      registry.replyWith(async (question) => {
        const text = Buffer.from(await registry.signed()(question)).toString();
        assert.ok(text.includes('<FamilyName>Hoxha<'));
        return Buffer.from(text.replace('<FamilyName>Hoxha<', '<FamilyName>Hoxhi<'));
      });
      await invalid('digest-value');
    });

    it('an answer signed by somebody else', async () => {
      const stranger = profileOf(registry.partners.stranger, []);
      registry.replyWith((question) => stranger.signAnswer(answerTo(question)));
      await invalid('key-unknown');
    });

    it('an answer addressed to another', async () => {
      registry.replyWith(registry.signed({ to: 'urn:other' }));
      await invalid('addressing-to');
    });

    it('an answer with the action of another operation', async () => {
      registry.replyWith(registry.signed({ action: `${civilNamespace}/GetCivilFactResponse` }));
      await invalid('addressing-action');
    });

    it('an answer from five minutes ago', async () => {
      const clock = { now: () => Date.now() - 301_000 };
      const late = profileOf(registry.partners.registry, [], clock);
      registry.replyWith((question) => late.signAnswer(answerTo(question)));
      await invalid('timestamp-expired');
    });

    it('an answer that was accepted before, sent again byte for byte', async () => {
      const answers: Uint8Array[] = [];
      registry.replyWith(async (question) => {
        answers.push(await registry.signed()(question));
        return answers[0] as Uint8Array;
      });
      const exchange = exchangeOf('person');
      assert.equal((await adapter.call(exchange, never)).outcome.kind, 'answered');
      // The registry has a replay set as well, which knows the question already.
      registry.forget();
      assert.deepEqual((await adapter.call(exchange, never)).outcome, {
        kind: 'invalid',
        reason: 'replayed',
      });
    });

    it('two answers that were exchanged', async () => {
      const waiting: ((other: VerifiedEnvelope) => void)[] = [];
      registry.reply = async (response) => {
        const other = await new Promise<VerifiedEnvelope>((resolve) => {
          waiting.push(resolve);
          const [first, second] = registry.questions;
          if (waiting.length < 2 || first === undefined || second === undefined) return;
          waiting[0]?.(second.verified);
          waiting[1]?.(first.verified);
        });
        const bytes = await registry.profile.signAnswer(answerTo(other));
        response.writeHead(200, { 'content-type': 'text/xml' }).end(bytes);
      };
      const outcomes = await Promise.all([outcomeOf(), outcomeOf()]);
      const expected = { kind: 'invalid', reason: 'addressing-relates-to' };
      assert.deepEqual(outcomes, [expected, expected]);
    });

    it('a signed answer about another person', async () => {
      registry.replyWith(registry.signed());
      await invalid('other-subject', 'person-other-subject');
    });

    it('a signed answer against the schema', async () => {
      registry.replyWith(registry.signed({ bodyContent: contentOf('person').replace('MARRIED', 'ENGAGED') }));
      await invalid('xsd: /*/CivilStatus: enumeration');
    });

    it('a signed fault that is not of the contract', async () => {
      registry.replyWith(
        registry.signed({ bodyContent: contentOf('fault-without-detail'), action: definition.faultAction }),
        500,
      );
      await invalid('fault: no-detail');
    });
  });
});
