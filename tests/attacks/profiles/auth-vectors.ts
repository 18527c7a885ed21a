import type { RefusalCode } from '../../../src/signing/refusals.js';
import { issue, makeAuthority, resignAs, type SoapVector, type SoapWorld, swap } from './soap-world.js';

const row = 'wss-x509-auth';
const auth = { profile: 'wss-x509-auth' } as const;
const referenceTo = (id: string) => new RegExp(`<ds:Reference URI="#ura-${id}">.*?</ds:Reference>`);

/** A change on the way, after the message was signed. */
const onTheWay = (name: string, code: RefusalCode, change: (text: string) => string): SoapVector => ({
  row,
  name,
  code,
  attack: async (world) => world.receive(auth, change(await world.ask('wss-x509-auth'))),
});

/** A change by the partner itself, which signs everything again. */
const byPartner = (name: string, code: RefusalCode, change: (text: string) => string): SoapVector => ({
  row,
  name,
  code,
  attack: async (world) => world.receive(auth, world.asGatewayKey(change(await world.ask('wss-x509-auth')))),
});

const uncovered = (id: string): SoapVector =>
  byPartner(`${id} unsigned`, `coverage-${id}` as RefusalCode, (text) => swap(text, referenceTo(id), ''));

const direct = (name: string, code: RefusalCode, attack: SoapVector['attack']): SoapVector => ({
  row,
  name,
  code,
  attack,
});

export const authVectors: readonly SoapVector[] = [
  uncovered('to'),
  uncovered('action'),
  uncovered('message-id'),
  uncovered('reply-to'),
  uncovered('timestamp'),
  uncovered('token'),
  byPartner('nothing but the Timestamp signed', 'coverage-action', (text) =>
    text.replaceAll(/<ds:Reference URI="#ura-(?!timestamp).*?<\/ds:Reference>/g, ''),
  ),
  onTheWay('To changed', 'digest-value', (text) =>
    swap(text, 'civil.example/service</wsa:To>', 'evil.example/service</wsa:To>'),
  ),
  onTheWay('Action changed', 'digest-value', (text) => swap(text, 'PersonByNid</wsa', 'FamilyByNid</wsa')),
  onTheWay('MessageID changed', 'digest-value', (text) =>
    swap(text, '01</wsa:MessageID>', '02</wsa:MessageID>'),
  ),
  onTheWay('ReplyTo changed', 'digest-value', (text) =>
    swap(text, 'http://www.w3.org/2005/08/addressing/anonymous', 'http://127.0.0.1:9/'),
  ),
  onTheWay('unsigned wsa:FaultTo added', 'coverage-fault-to', (text) =>
    swap(
      text,
      '<wsse:Security',
      '<wsa:FaultTo xmlns:wsa="http://www.w3.org/2005/08/addressing"><wsa:Address>http://127.0.0.1:9</wsa:Address></wsa:FaultTo><wsse:Security',
    ),
  ),
  onTheWay('lifetime made longer', 'digest-value', (text) => swap(text, /<wsu:Expires>2/, '<wsu:Expires>3')),
  onTheWay('Security absent', 'security-absent', (text) =>
    swap(text, /<wsse:Security .*<\/wsse:Security>/, ''),
  ),
  onTheWay('second Body', 'structure-envelope-content', (text) =>
    swap(text, '</soap:Envelope>', `${/<soap:Body.*<\/soap:Body>/.exec(text)?.[0]}</soap:Envelope>`),
  ),
  onTheWay('header block beside the signed ones', 'structure-header', (text) =>
    swap(text, '<wsse:Security', '<x xmlns="urn:x"/><wsse:Security'),
  ),
  onTheWay('element of the unsigned Body takes the id of To', 'id-repeated', (text) =>
    swap(text, '<c:nid>', '<c:nid Id="ura-to">'),
  ),
  onTheWay('comment in the unsigned Body', 'xml-comment', (text) =>
    swap(text, 'J00101999W', 'J00101999W<!-- -->'),
  ),
  onTheWay('DOCTYPE in front', 'xml-doctype', (text) => `<!DOCTYPE a>${text}`),
  direct('signed Body changed', 'digest-value', async (world) =>
    world.receive(auth, swap(await world.ask('wss-x509-integrity'), 'J00101999W', 'K15307002M')),
  ),
  direct('message without signed Body where the Body must be signed', 'coverage-body', async (world) =>
    world.receive({ profile: 'wss-x509-integrity' }, await world.ask('wss-x509-auth')),
  ),
  direct('message without signed Body where the answer is confirmed', 'coverage-body', async (world) =>
    world.receive({ profile: 'wss-signature-confirmation' }, await world.ask('wss-x509-auth')),
  ),
  direct('signed by the attacker', 'signature-value', async (world) => {
    const attacker = await issue(await makeAuthority('Attacker CA'), { name: 'gateway', keyType: 'rsa' });
    return world.receive(auth, resignAs(await world.ask('wss-x509-auth'), attacker.privateKey));
  }),
  direct('certificate of the attacker', 'key-unknown', async (world) => {
    const attacker = await issue(await makeAuthority('Attacker CA'), { name: 'gateway', keyType: 'rsa' });
    const der = attacker.certificate.raw.toString('base64');
    const text = swap(await world.ask('wss-x509-auth'), />MII[^<]*</, `>${der}<`);
    return world.receive(auth, resignAs(text, attacker.privateKey));
  }),
  direct('six minutes old', 'timestamp-expired', async (world) =>
    world.receive(auth, await world.ask('wss-x509-auth'), later(world, 360_000)),
  ),
  direct('two minutes from the future', 'timestamp-future', async (world) =>
    world.receive(auth, await world.ask('wss-x509-auth'), later(world, -120_000)),
  ),
  direct('To of another registry', 'addressing-to', async (world) =>
    world.receive(auth, await world.ask('wss-x509-auth', { to: 'https://business.example/service' })),
  ),
  direct('the same bytes again', 'replayed', async (world) => {
    const text = await world.ask('wss-x509-auth');
    await world.receive(auth, text);
    return world.receive(auth, text);
  }),
  direct('the same message id with another Body', 'replayed', async (world) => {
    const text = await world.ask('wss-x509-auth');
    await world.receive(auth, text);
    return world.receive(auth, swap(text, 'J00101999W', 'K15307002M'));
  }),
];

function later({ parties }: SoapWorld, byMs: number) {
  return { clock: { now: () => parties.now + byMs } };
}
