import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { Behaviour } from '../../../../adapters/civil/simulator/faults.js';
import { fileSigner } from '../../../../src/signing/file-signer.js';
import type { RefusalCode } from '../../../../src/signing/refusals.js';
import { signEnvelope } from '../../../../src/signing/xml/sign-envelope.js';
import { type VerifiedEnvelope, verifyEnvelope } from '../../../../src/signing/xml/verify-envelope.js';
import { trust } from '../../../support/certificates.js';
import { openScene, type Scene } from './scene.js';
import { questionXml } from './sign-with-xml-crypto.js';

const civil = 'urn:al:ura:registry:civil:v1';
const algorithms = { rsa: 'rsa-v1_5-sha256', ec: 'ecdsa-p256-sha256' } as const;

for (const keyType of ['rsa', 'ec'] as const) {
  describe(`civil simulator and the gateway's own signing, ${algorithms[keyType]}`, () => {
    let scene: Scene;
    before(async function () {
      this.timeout(20_000);
      scene = await openScene(keyType);
    });
    afterEach(() => scene.registry.control('normal'));
    after(() => scene.registry.close());

    const sign = (nid: string, messageId: string) => {
      const { privateKey, certificate } = scene.gateway;
      return signEnvelope(
        {
          soapVersion: '1.1',
          bodyContent: questionXml({ nid }),
          to: scene.registry.soapUrl,
          action: `${civil}/GetPerson`,
          messageId,
          createdAt: Date.now(),
        },
        fileSigner({ keyId: 'gateway-1', privateKey, certificate }),
      );
    };
    /** Asks as the gateway does, and verifies as the gateway does. */
    const ask = async (nid: string): Promise<VerifiedEnvelope> => {
      const messageId = `urn:uuid:${randomUUID()}`;
      const answer = await scene.post(Buffer.from(await sign(nid, messageId)).toString(), {
        soapaction: `"${civil}/GetPerson"`,
      });
      return verifyEnvelope(Buffer.from(answer.text), {
        soapVersion: '1.1',
        to: 'http://www.w3.org/2005/08/addressing/anonymous',
        actions: [`${civil}/GetPersonResponse`, `${civil}/Fault`],
        relatesTo: messageId,
        keys: [trust(scene.registryKey, 'civil', algorithms[keyType])],
        now: Date.now(),
      });
    };

    it('accept each other: question, answer and fault', async () => {
      const answer = await ask(scene.who.headOfSix);
      assert.equal(answer.action, `${civil}/GetPersonResponse`);
      assert.match(answer.body, new RegExp(`<Nid>${scene.who.headOfSix}</Nid>`));
      const fault = await ask(scene.who.unknown);
      assert.equal(fault.action, `${civil}/Fault`);
      assert.match(fault.body, /<Code>PERSON_NOT_FOUND<\/Code>/);
    });

    const refusals = {
      unsigned: 'security-absent',
      'unsigned-fault': 'unsigned-fault',
      'other-answer': 'addressing-relates-to',
      garbage: 'structure-envelope',
    } as const satisfies Partial<Record<Behaviour, RefusalCode>>;
    for (const [behaviour, code] of Object.entries(refusals) as [keyof typeof refusals, RefusalCode][]) {
      it(`are of one mind that an answer of the behaviour ${behaviour} is not one`, async () => {
        scene.registry.control(behaviour);
        await assert.rejects(ask(scene.who.single), { name: 'SignatureRefused', code });
      });
    }

    it('agree on letters outside ASCII', async () => {
      for (const person of scene.registry.population.people.values()) {
        if (!/[^A-Za-z]/.test(person.givenName + person.familyName)) continue;
        const { body } = await ask(person.nid);
        assert.ok(
          body.includes(`<GivenName>${person.givenName}</GivenName><FamilyName>${person.familyName}<`),
        );
        return;
      }
      assert.fail('nobody has such a name');
    });
  });
}
