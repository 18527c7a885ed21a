import assert from 'node:assert/strict';
import { SignatureRefused } from '../../../src/signing/refusals.js';
import { toSha1 } from '../../signing/profiles/resign-envelope.js';
import { makeSoapParties, type SoapParties } from '../../signing/profiles/soap-parties.js';
import { authVectors } from './auth-vectors.js';
import { confirmationVectors } from './confirmation-vectors.js';
import { legacyVectors } from './legacy-vectors.js';
import { legacy, makeSoapWorld, type SoapWorld } from './soap-world.js';

const vectors = [...authVectors, ...confirmationVectors, ...legacyVectors];

describe('attacks on the other SOAP profiles', function () {
  // Making RSA keys can take seconds on a busy machine.
  this.timeout(30_000);
  const lines: string[] = [];
  let refused = 0;
  let parties: SoapParties;
  let world: SoapWorld;

  before(async () => {
    parties = await makeSoapParties();
  });

  beforeEach(() => {
    parties.seenByGateway.messages.length = 0;
    parties.seenByRegistry.messages.length = 0;
    world = makeSoapWorld(parties);
  });

  it('accepts the messages that every vector starts from', async () => {
    await world.receive({ profile: 'wss-x509-auth' }, await world.ask('wss-x509-auth'));
    parties.seenByRegistry.messages.length = 0;
    const confirmed = await world.exchange('wss-signature-confirmation');
    await world.accept({ profile: 'wss-signature-confirmation' }, confirmed.answered, confirmed.asked);
    parties.seenByRegistry.messages.length = 0;
    const { asked, answered } = await world.exchange('wss-x509-integrity');
    await world.accept(legacy, toSha1(answered, parties.registryKey.privateKey), asked);
  });

  it('accepts what was signed again by the partner without a change', async () => {
    await world.receive({ profile: 'wss-x509-auth' }, world.asGatewayKey(await world.ask('wss-x509-auth')));
    const { asked, answered } = await world.exchange('wss-signature-confirmation');
    await world.accept({ profile: 'wss-signature-confirmation' }, world.asRegistryKey(answered), asked);
  });

  it('has no two vectors of one name', () => {
    const names = vectors.map(({ row, name }) => `${row}/${name}`);
    assert.equal(new Set(names).size, names.length);
  });

  for (const { row, name, code, attack } of vectors) {
    it(`${row}: refuses ${name}`, async () => {
      const outcome = await attack(world).then(
        () => 'ACCEPTED',
        (error: unknown) => (error instanceof SignatureRefused ? error.code : `FAILED ${String(error)}`),
      );
      lines.push(`${row.padEnd(22)} ${name.padEnd(64)} ${outcome}`);
      assert.equal(outcome, code);
      refused++;
    });
  }

  after(async () => {
    await parties.pool.close();
    console.log(`\n${lines.join('\n')}\n`);
    console.log(`attack vectors: ${vectors.length} refused: ${refused}`);
  });
});
