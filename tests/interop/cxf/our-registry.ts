import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { civilNamespace } from '../../../adapters/civil/definition.js';
import { mediaTypes } from '../../../adapters/soap/send-question.js';
import type { SoapProfile } from '../../../src/signing/profiles/profile.js';
import { SignatureRefused } from '../../../src/signing/refusals.js';
import type { VerifiedEnvelope } from '../../../src/signing/wss-x509-integrity.js';
import type { SoapVersion } from '../../../src/signing/xml/names.js';

/** One request that reached us, and what our verifier said. */
export interface Received {
  readonly bytes: Buffer;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Either the verified message or the code. */
  readonly verified?: VerifiedEnvelope;
  readonly refused?: string;
}

/** The registry's side on a profile of ours: verifies every question and signs the answer to it. */
export interface OurRegistry {
  /** Its wsa:To. */
  readonly address: string;
  /** Every request so far, oldest first. */
  readonly received: Received[];
  /** Changes answers between signing and sending. */
  tamper: (xml: string) => string;
  /** Default: the family of one. */
  answer: { readonly content: string; readonly action: string };
  /** Whoever signs the answers from now on; questions are verified as before. */
  signer: Pick<SoapProfile, 'signAnswer'>;
  close(): Promise<void>;
}

export const familyAnswer = {
  action: `${civilNamespace}/GetFamilyCompositionResponse`,
  content:
    `<c:GetFamilyCompositionResponse xmlns:c="${civilNamespace}"><c:Head><c:GivenName>Gëzim &amp; ` +
    'Agim</c:GivenName></c:Head></c:GetFamilyCompositionResponse>',
};

export async function openOurRegistry(
  profile: Pick<SoapProfile, 'verifyRequest' | 'signAnswer'>,
  soapVersion: SoapVersion,
): Promise<OurRegistry> {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const bytes = Buffer.concat(chunks);
    const at = Date.now();
    try {
      const verified = await profile.verifyRequest(bytes, {
        soapVersion,
        to: registry.address,
        actions: [`${civilNamespace}/GetFamilyComposition`],
      });
      registry.received.push({ bytes, at, verified });
      const answer = await registry.signer.signAnswer(
        {
          soapVersion,
          bodyContent: registry.answer.content,
          to: verified.replyTo ?? '',
          action: registry.answer.action,
          messageId: `urn:uuid:${randomUUID()}`,
          relatesTo: verified.messageId,
        },
        verified,
      );
      response.writeHead(200, { 'content-type': `${mediaTypes[soapVersion]}; charset=utf-8` });
      response.end(registry.tamper(Buffer.from(answer).toString()));
    } catch (error) {
      const refused = error instanceof SignatureRefused ? error.code : String(error);
      registry.received.push({ bytes, at, refused });
      response.writeHead(500, { 'content-type': 'text/plain' });
      response.end('not accepted');
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const registry: OurRegistry = {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/soap`,
    received: [],
    tamper: (xml) => xml,
    answer: familyAnswer,
    signer: profile,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
  return registry;
}
