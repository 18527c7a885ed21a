import { get, type Message, set, toBytes, type World } from './signed-message.js';
import { raw, signed, tampered, type Vector } from './vector.js';
import { sendBytes } from './wire.js';

/** The signature profile as the whole API applies it; its own rows are in `tests/attacks/http-sig`. */
export const signatureVectors: readonly Vector[] = [
  raw(
    'unsigned',
    401,
    'signature-missing',
    ({ port }) => `GET /v1/services HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`,
  ),
  tampered('Signature without Signature-Input', 401, 'signature-refused', ({ fields }) => {
    fields.splice(
      fields.findIndex(([name]) => name === 'signature-input'),
      1,
    );
  }),
  tampered('replayed', 409, 'message-replayed', replay),
  tampered('replayed with another Idempotency-Key', 409, 'message-replayed', async (message, world) => {
    await replay(message, world);
    set(message.fields, 'Idempotency-Key', 'another-key-22');
  }),
  tampered('keyid of another client', 401, 'signature-refused', ({ fields }, { divjake, fier }) => {
    const input = get(fields, 'signature-input').replace(divjake.keyId, fier.keyId);
    set(fields, 'signature-input', input);
  }),
  signed(
    'signed with the key of another client under our keyid',
    401,
    'signature-refused',
    ({ divjake, fier }) => ({
      signer: { ...fier, keyId: divjake.keyId, sign: (data) => fier.sign(data) },
    }),
  ),
  signed('a key that nobody registered', 401, 'signature-refused', ({ stranger }) => ({ signer: stranger })),
  signed("the stranger's key under our keyid", 401, 'signature-refused', ({ divjake, stranger }) => ({
    signer: { ...stranger, keyId: divjake.keyId, sign: (data) => stranger.sign(data) },
  })),
  signed('keyid __proto__', 401, 'signature-refused', ({ stranger }) => ({
    signer: { ...stranger, keyId: '__proto__', sign: (data) => stranger.sign(data) },
  })),
  tampered('another body', 401, 'signature-refused', (message) => {
    message.body = Buffer.from(message.body.toString().replace('social-housing', 'economic-aid'));
  }),
  tampered('a method other than the signed one', 401, 'signature-refused', (message) => {
    message.method = 'GET';
    message.target = '/v1/requests?caseId=a';
  }),
  tampered('another path', 401, 'signature-refused', (message, { earlier }) => {
    message.target = `/v1/requests/${earlier.id}/cancel`;
  }),
  tampered(
    'another query',
    401,
    'signature-refused',
    (message) => {
      message.target = '/v1/requests?caseId=b';
    },
    () => ({ method: 'GET', target: '/v1/requests?caseId=a' }),
  ),
  signed('signed for another host', 401, 'signature-refused', () => ({ origin: 'http://ura.example' })),
  signed('signed for https', 401, 'signature-refused', ({ origin }) => ({
    origin: origin.replace('http', 'https'),
  })),
  signed('signed for another host that Host names too', 401, 'signature-refused', () => ({
    origin: 'http://ura.example',
    fields: [['Host', 'ura.example']],
  })),
  signed('signed for another host that a proxy header names', 401, 'signature-refused', () => ({
    origin: 'http://ura.example',
    fields: [
      ['X-Forwarded-Host', 'ura.example'],
      ['Forwarded', 'host=ura.example'],
    ],
  })),
  tampered('another host of the same gateway', 401, 'signature-refused', ({ fields }, { port }) => {
    set(fields, 'Host', `localhost:${port}`);
  }),
  signed('signed six minutes ago', 401, 'signature-refused', () => ({ shiftMs: -360_000 })),
  signed('signed a minute ahead', 401, 'signature-refused', () => ({ shiftMs: 60_000 })),
  tampered('a second signature', 401, 'signature-refused', ({ fields }) => {
    fields.push(['Signature', 'ura=:AAAA:']);
  }),
  tampered('a JWS beside the signature', 401, 'signature-refused', ({ fields }) => {
    fields.push(['X-JWS-Signature', 'a..b']);
  }),
  tampered('a token beside the signature', 401, 'signature-refused', ({ fields }) => {
    fields.push(['Agid-JWT-Signature', 'a.b.c']);
  }),
  raw(
    'a JWS where no client signs so',
    401,
    'signature-refused',
    ({ port }) => `GET /v1/services HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nX-JWS-Signature: a..b\r\n\r\n`,
  ),
  tampered('a second Content-Digest', 401, 'signature-refused', ({ fields }) => {
    fields.push(['Content-Digest', get(fields, 'content-digest')]);
  }),
  tampered('a header name in other letters, twice', 401, 'signature-refused', ({ fields }) => {
    fields.push(['SIGNATURE-INPUT', get(fields, 'signature-input')]);
  }),
  tampered('signature cut short', 401, 'signature-refused', ({ fields }) => {
    set(fields, 'signature', get(fields, 'signature').replace(/.{8}:$/, ':'));
  }),
  tampered(
    'a body added to a signed GET',
    401,
    'signature-refused',
    (message) => {
      message.body = Buffer.from('{}');
      set(message.fields, 'Content-Type', 'application/json');
    },
    () => ({ method: 'GET', target: '/v1/services' }),
  ),
];

/** Signs anew what was accepted before, sends it once, and leaves the same bytes to be sent again. */
async function replay(message: Message, world: World): Promise<void> {
  const { key, body } = world.earlier;
  Object.assign(message, await world.sign({ body, fields: [['Idempotency-Key', key]] }));
  const first = await sendBytes(world.port, toBytes(message));
  if (first?.status !== 200) throw new Error(`the honest message was answered with ${first?.status}`);
}
