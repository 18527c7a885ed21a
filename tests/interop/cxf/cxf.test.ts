import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { civilDefinition, civilNamespace } from '../../../adapters/civil/definition.js';
import { soapUri } from '../../../adapters/soap/simulator/wire-names.js';
import { createSoapAdapter } from '../../../adapters/soap/soap-adapter.js';
import type { FamilyComposition } from '../../../contracts/canonical/types.js';
import { createEvidenceValidator } from '../../../contracts/canonical/validate.js';
import { systemClock } from '../../../src/clock.js';
import { SignatureRefused } from '../../../src/signing/refusals.js';
import { rebuildEnvelope } from '../../../src/signing/wss-x509-integrity.js';
import { question, unstopped } from '../../adapters/civil/simulated-registry.js';
import { questionXml, signedMessage } from '../../adapters/civil/simulator/sign-with-xml-crypto.js';
import { profileOf } from '../../adapters/partners.js';
import { type Issued, trust } from '../../support/certificates.js';
import { buildCxf, CxfUnavailable } from './build-cxf.js';
import {
  type CxfKeys,
  type CxfPeer,
  type CxfVariant,
  cxfVariants,
  makeCxfKeys,
  startCxf,
} from './cxf-peer.js';
import { familyAnswer, type OurRegistry, openOurRegistry } from './our-registry.js';

const known = 'H70314021A';
const unknown = 'K15307002M';
const operation = 'GetFamilyComposition';

const faults = {
  '1.1':
    '<s:Fault xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><faultcode>s:Client</faultcode>' +
    '<faultstring>Nuk ka person me këtë NID.</faultstring></s:Fault>',
  '1.2':
    '<s:Fault xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Code><s:Value>s:Sender</s:Value></s:Code>' +
    '<s:Reason><s:Text xml:lang="sq">Nuk ka person me këtë NID.</s:Text></s:Reason></s:Fault>',
};

/** What CXF's server can be told to insist on. */
const requiredBy: Record<CxfVariant, readonly string[]> = {
  dom: ['Body', 'Timestamp', 'To', 'Action', 'MessageID', 'ReplyTo', 'BinarySecurityToken'],
  // Its coverage checker knows no other parts.
  stax: ['Body', 'Timestamp', 'ReplyTo'],
  // It does not check the policy's ProtectTokens.
  'policy-dom': ['Body', 'Timestamp', 'To', 'Action', 'MessageID', 'ReplyTo'],
  'policy-stax': ['Body', 'Timestamp', 'To', 'Action', 'MessageID', 'ReplyTo', 'BinarySecurityToken'],
};

describe('interop with Apache CXF and WSS4J', function () {
  this.timeout(30_000);
  let keys: CxfKeys;
  let peer: CxfPeer;

  before(async function () {
    this.timeout(180_000);
    try {
      const build = await buildCxf();
      console.log(`      ${build.versions}`);
      keys = await makeCxfKeys();
      peer = await startCxf(build, keys);
    } catch (error) {
      if (!(error instanceof CxfUnavailable)) throw error;
      console.log(`      skipped: ${error.message}`);
      this.skip();
    }
  });
  after(() => peer?.stop());

  const pinned = () => [
    trust(keys.rsa, 'civil', 'rsa-v1_5-sha256'),
    trust(keys.ec, 'civil', 'ecdsa-p256-sha256'),
  ];
  const ours = (key: 'rsa' | 'ec') => profileOf(keys[`gateway-${key}`], pinned());

  for (const [variant, key, soapVersion] of cxfVariants) {
    describe(`its server, SOAP ${soapVersion}, ${variant} with ${key}`, () => {
      const address = () => peer.addressOf(variant, key, soapVersion);
      const ask = async (nid: string) => {
        const settings = { connectTimeoutMs: 2_000, callTimeoutMs: 20_000, maxSockets: 1 };
        const adapter = await createSoapAdapter(
          { ...civilDefinition(), soapVersion },
          { endpoint: address(), to: address(), ...settings },
          { profile: ours(key), clock: systemClock, validateEvidence: createEvidenceValidator() },
        );
        try {
          return await adapter.call(question('family-composition', nid), unstopped());
        } finally {
          await adapter.close();
        }
      };
      const post = async (xml: string | Uint8Array) => {
        const before = await peer.invocations();
        const action = `"${civilNamespace}/${operation}"`;
        const headers: Record<string, string> =
          soapVersion === '1.1'
            ? { 'content-type': 'text/xml; charset=utf-8', soapaction: action }
            : { 'content-type': `application/soap+xml; charset=utf-8; action=${action}` };
        const response = await fetch(address(), { method: 'POST', body: Buffer.from(xml), headers });
        const bytes = Buffer.from(await response.arrayBuffer());
        return { status: response.status, bytes, reached: (await peer.invocations()) - before };
      };
      const signed = async (messageId: string, signer: Issued = keys[`gateway-${key}`]) => {
        const message = { soapVersion, to: address(), messageId };
        const bodyContent = questionXml({ operation, nid: known });
        const action = `${civilNamespace}/${operation}`;
        const bytes = await profileOf(signer, []).signRequest({ ...message, bodyContent, action });
        return Buffer.from(bytes).toString();
      };
      const expected = (relatesTo: string) => ({
        soapVersion,
        to: 'http://www.w3.org/2005/08/addressing/anonymous',
        actions: [familyAnswer.action, `${civilNamespace}/Fault`],
        relatesTo,
      });

      it('understands our adapter and is understood', async () => {
        const { outcome, answerSignedBy } = await ask(known);
        assert.equal(outcome.kind, 'answered', JSON.stringify(outcome));
        const { head, address: home } = outcome.evidence as FamilyComposition;
        assert.equal(head.identifier.notation, known);
        assert.equal(home?.postName, 'Divjakë');
        assert.equal(answerSignedBy, keys[key].certificate.fingerprint256.replaceAll(':', '').toLowerCase());
      });

      it('signs its faults, and they are the registry’s own word', async () => {
        const { outcome } = await ask(unknown);
        assert.equal(outcome.kind, 'refused', JSON.stringify(outcome));
        assert.equal(outcome.code, 'PERSON_NOT_FOUND');
      });

      it('refuses what was changed on the way or signed by somebody else, and we do not believe its fault', async () => {
        const forgeries: Record<string, (xml: string) => string> = {
          body: (xml) => xml.replace(known, 'J98225004N'),
          to: (xml) => xml.replace(`>${address()}<`, `>${address()}/<`),
          expires: (xml) => xml.replace(/(<wsu:Expires>)\d{4}/, '$12099'),
          signer: (xml) => xml,
        };
        for (const [what, forge] of Object.entries(forgeries)) {
          // Each from a message of its own: WSS4J remembers a message as seen although it refuses it.
          const messageId = `urn:uuid:${randomUUID()}`;
          const honest = await signed(messageId, what === 'signer' ? keys.stranger : undefined);
          const forged = forge(honest);
          assert.equal(forged === honest, what === 'signer');
          const { reached, bytes } = await post(forged);
          assert.equal(reached, 0, what);
          await assert.rejects(ours(key).verifyAnswer(bytes, expected(messageId)), SignatureRefused, what);
        }
        const honest = await signed(`urn:uuid:${randomUUID()}`);
        assert.equal((await post(honest)).reached, 1);
        assert.equal((await post(honest)).reached, 0, 'the same message again');
      });

      it('has its answers refused when they were changed or belong to another question', async () => {
        const messageId = `urn:uuid:${randomUUID()}`;
        const { bytes } = await post(await signed(messageId));
        const changed = Buffer.from(bytes.toString().replace('>Dritan<', '>Agim<'));
        const refusal = (code: string) => (error: unknown) =>
          error instanceof SignatureRefused && error.code === code;
        await assert.rejects(ours(key).verifyAnswer(changed, expected(messageId)), refusal('digest-value'));
        await assert.rejects(
          ours(key).verifyAnswer(bytes, expected(`urn:uuid:${randomUUID()}`)),
          refusal('addressing-relates-to'),
        );
        const others = profileOf(keys[`gateway-${key}`], [trust(keys.stranger, 'civil', 'rsa-v1_5-sha256')]);
        await assert.rejects(others.verifyAnswer(bytes, expected(messageId)), refusal('key-unknown'));
        assert.match((await ours(key).verifyAnswer(bytes, expected(messageId))).body, />Dritan</);
      });

      const required = requiredBy[variant];
      it(`is strict itself: insists on signed ${required.join(', ')}`, async () => {
        for (const part of required) {
          const action = `${civilNamespace}/${operation}`;
          const bodyContent = questionXml({ operation, nid: known });
          const asked = { soap: soapUri[soapVersion], to: address(), action, bodyContent, unsigned: [part] };
          assert.equal((await post(signedMessage(asked, keys[`gateway-${key}`]))).reached, 0, part);
        }
      });
    });

    describe(`its client, SOAP ${soapVersion}, ${variant} with ${key}`, () => {
      let registry: OurRegistry;
      before(async () => {
        registry = await openOurRegistry(ours(key), soapVersion);
      });
      beforeEach(() => {
        registry.received.length = 0;
        registry.tamper = (xml) => xml;
        registry.answer = familyAnswer;
        registry.signer = ours(key);
      });
      after(() => registry.close());

      const ask = (
        changes: { key?: 'stranger'; signing?: 'default'; keyIdentifier?: string; prefixList?: 'no' } = {},
      ) =>
        peer.ask({
          variant,
          key,
          soap: soapVersion,
          address: registry.address,
          payload: questionXml({ operation, nid: known }),
          ...changes,
        });
      const lastReceived = () => registry.received.at(-1) ?? assert.fail('nothing came');

      it('is understood and understands', async () => {
        const { ok, text } = await ask();
        assert.ok(ok, text);
        const { bytes, verified } = lastReceived();
        assert.match(bytes.toString(), /InclusiveNamespaces[^>]*PrefixList=/);
        assert.match(rebuildEnvelope(verified ?? assert.fail()), new RegExp(`Nid>${known}<`));
        assert.match(text, /Gëzim &amp; Agim/);
      });

      // Streaming by policy refuses every fault there is, those of its own server as well.
      const itUnlessStreamingByPolicy = variant === 'policy-stax' ? () => undefined : it;
      itUnlessStreamingByPolicy('understands a signed fault', async () => {
        registry.answer = {
          action: `${civilNamespace}/Fault`,
          content: faults[soapVersion],
        };
        const { ok, text } = await ask();
        assert.ok(!ok);
        assert.match(text, /^SOAPFaultException: Nuk ka person me këtë NID\.$/m);
      });

      it('refuses our answer when it was changed on the way or signed by somebody else', async () => {
        registry.tamper = (xml) => xml.replace('Agim', 'Artan');
        const { ok, text } = await ask();
        assert.ok(!ok, text);
        assert.match(text, /WSSecurityException|XMLSecurityException|security error/);
        registry.tamper = (xml) => xml.replace(/(<wsu:Created>)\d{4}/, '$12000');
        assert.ok(!(await ask()).ok);
        registry.tamper = (xml) => xml;
        registry.signer = profileOf(keys.stranger, []);
        assert.ok(!(await ask()).ok);
        assert.ok(registry.received.every(({ refused }) => refused === undefined));
      });

      it('is refused when it changes what it signed, or signs with a key that is not pinned', async () => {
        await ask();
        const { bytes } = lastReceived();
        const changed = Buffer.from(bytes.toString().replace(known, 'J98225004N'));
        const expectation = {
          soapVersion,
          to: registry.address,
          actions: [`${civilNamespace}/${operation}`],
        };
        await assert.rejects(ours(key).verifyRequest(changed, expectation), /digest-value/);
        assert.ok(!(await ask({ key: 'stranger' })).ok);
        assert.equal(lastReceived().refused, 'key-unknown');
      });

      if (variant === 'dom' || variant === 'stax') {
        for (const keyIdentifier of ['IssuerSerial', 'SKIKeyIdentifier']) {
          it(`is understood when it names its key by ${keyIdentifier}`, async () => {
            const { ok, text } = await ask({ keyIdentifier });
            assert.ok(ok, text);
            assert.doesNotMatch(lastReceived().bytes.toString(), /BinarySecurityToken/);
          });
        }

        it('is understood without PrefixList', async () => {
          assert.ok((await ask({ prefixList: 'no' })).ok);
          assert.doesNotMatch(lastReceived().bytes.toString(), /PrefixList/);
        });

        it('is refused with what it signs by default, the Body alone, and with keys named in other ways', async () => {
          assert.ok(!(await ask({ signing: 'default' })).ok);
          assert.match(lastReceived().refused ?? '', /^coverage-/);
          for (const keyIdentifier of ['X509KeyIdentifier', 'Thumbprint']) {
            assert.ok(!(await ask({ keyIdentifier })).ok);
            assert.equal(lastReceived().refused, 'key-info', keyIdentifier);
          }
        });
      }
    });
  }
});
