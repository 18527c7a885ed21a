import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { join } from 'node:path';
import type { Adapter, Exchange } from '../../../adapters/adapter.js';
import { civilDefinition } from '../../../adapters/civil/definition.js';
import { createSoapAdapter, type SoapParts } from '../../../adapters/soap/soap-adapter.js';
import { createEvidenceValidator } from '../../../contracts/canonical/validate.js';
import { systemClock } from '../../../src/clock.js';
import { findPackageRoot } from '../../../src/package-root.js';
import {
  type OutgoingAnswer,
  parseVerifiedBody,
  type VerifiedEnvelope,
  type WssX509Integrity,
} from '../../../src/signing/wss-x509-integrity.js';
import { canonicalize } from '../../../src/signing/xml/c14n.js';
import { serveRequests } from '../misbehaving-server.js';
import { makePartners, type Partners, profileOf, trusted } from '../partners.js';

const golden = join(findPackageRoot(), 'tests', 'golden', 'civil');
const registryAddress = 'urn:al:ura:registry:civil';

/** A registry that verifies each question and then answers exactly as the test says. */
export interface ScriptedRegistry {
  readonly partners: Partners;
  readonly url: string;
  /** Verified questions since the last {@link forget}. */
  readonly questions: { readonly headers: IncomingHttpHeaders; readonly verified: VerifiedEnvelope }[];
  /** Its own side of the profile; replaced by {@link forget}, together with its replay set. */
  profile: WssX509Integrity;
  reply: (response: ServerResponse, question: VerifiedEnvelope) => Promise<void> | void;
  /** Answers with these bytes. */
  replyWith(make: MakeAnswer, status?: number, headers?: Record<string, string>): void;
  /** A signed answer with the golden person, changed like this. */
  signed(changes?: Partial<OutgoingAnswer>): MakeAnswer;
  /** An adapter that asks this registry. */
  connect(changes?: Partial<SoapParts>): Promise<Adapter>;
  forget(): void;
  close(): Promise<void>;
}

export type MakeAnswer = (question: VerifiedEnvelope) => Promise<Uint8Array> | Uint8Array;

export const soapXml = { 'content-type': 'text/xml; charset=utf-8' };

export async function startScriptedRegistry(): Promise<ScriptedRegistry> {
  const partners = await makePartners();
  const definition = civilDefinition();
  const profile = () => profileOf(partners.registry, [trusted(partners.gateway, 'gateway')]);
  const server = await serveRequests(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const verified = await registry.profile.verifyRequest(Buffer.concat(chunks), {
      soapVersion: '1.1',
      to: registryAddress,
      actions: definition.operations.map(({ soapAction }) => soapAction),
    });
    registry.questions.push({ headers: request.headers, verified });
    await registry.reply(response, verified);
  });
  const registry: ScriptedRegistry = {
    partners,
    url: server.url.href,
    questions: [],
    profile: profile(),
    reply: () => assert.fail('the test did not say how to answer'),
    replyWith(make, status = 200, headers = soapXml) {
      registry.reply = async (response, question) => {
        const bytes = await make(question);
        response.writeHead(status, headers).end(bytes);
      };
    },
    signed: (changes) => (question) => registry.profile.signAnswer(answerTo(question, changes)),
    connect: (changes) =>
      createSoapAdapter(
        definition,
        {
          endpoint: server.url.href,
          to: registryAddress,
          connectTimeoutMs: 2_000,
          callTimeoutMs: 5_000,
          maxSockets: 4,
        },
        {
          profile: partners.profile,
          clock: systemClock,
          validateEvidence: createEvidenceValidator(),
          ...changes,
        },
      ),
    forget() {
      registry.questions.length = 0;
      registry.profile = profile();
    },
    close: () => server.close(),
  };
  return registry;
}

/** The right answer to a question about the golden person, changed like this. */
export function answerTo(question: VerifiedEnvelope, changes: Partial<OutgoingAnswer> = {}): OutgoingAnswer {
  return {
    soapVersion: '1.1',
    bodyContent: contentOf('person'),
    to: question.replyTo ?? '',
    action: `${question.action}Response`,
    messageId: `urn:uuid:${randomUUID()}`,
    relatesTo: question.messageId,
    ...changes,
  };
}

/** The content of a golden answer's Body. */
export function contentOf(behaviour: string): string {
  const body = parseVerifiedBody(readFileSync(join(golden, behaviour, 'response.xml'), 'utf8').trim());
  const content = body.children.find((child) => typeof child !== 'string');
  assert.ok(content !== undefined && typeof content !== 'string');
  return canonicalize(content);
}

/** The exchange of a golden folder, as a new question. */
export function exchangeOf(behaviour: string, changes: Partial<Exchange> = {}): Exchange {
  const exchange = JSON.parse(readFileSync(join(golden, behaviour, 'request.json'), 'utf8')) as Exchange;
  return { ...exchange, messageId: randomUUID(), deadlineAt: Date.now() + 60_000, ...changes };
}
