import { signEvent } from '../../../src/signing/event-signature.js';
import { attribute, rows } from './changes.js';
import { attributes, forged, honest, now, type Vector } from './make-event.js';

export const eventVectors: readonly Vector[] = [
  ...rows('Signature inside', [
    ['none: anybody can encrypt', 'event-signature-inside', () => ({ inside: forged })],
    [
      'an empty line',
      'event-signature-inside',
      () => ({ inside: Buffer.concat([Buffer.from('\n'), forged]) }),
    ],
    ['no line feed', 'event-signature-inside', ({ signature }) => ({ inside: Buffer.from(signature) })],
    [
      'a JWS with its payload',
      'event-signature-inside',
      ({ signature }) => ({ signature: signature.replace('..', '.e30.') }),
    ],
    [
      'a carriage return before the line feed',
      'event-signature-inside',
      ({ signature }) => ({ signature: `${signature}\r` }),
    ],
    [
      'of the attacker',
      'keyid-unknown',
      async (_, { attacker }) => ({
        signature: await signEvent(attributes, forged, attacker.signer, { now }),
        value: forged,
      }),
    ],
    [
      'of the attacker under the gateway’s kid',
      'signature-mismatch',
      async (_, { attacker, gateway }) => ({
        signature: await signEvent(
          attributes,
          forged,
          { ...attacker.signer, keyId: gateway.signer.keyId },
          { now },
        ),
        value: forged,
      }),
    ],
    ['honest, over another value', 'signature-mismatch', () => ({ value: forged })],
    ['honest, cut short', 'signature-mismatch', ({ signature }) => ({ signature: signature.slice(0, -2) })],
    [
      'receipt in place of an event',
      'jws-typ',
      async (_, { gateway }) => {
        const text = JSON.stringify({
          alg: 'ES256',
          kid: gateway.signer.keyId,
          typ: 'ura-receipt+jws',
          b64: false,
          crit: ['b64'],
          iat: now / 1000,
        });
        const encoded = Buffer.from(text).toString('base64url');
        const value = await gateway.signer.sign(Buffer.concat([Buffer.from(`${encoded}.`), honest]));
        return { signature: `${encoded}..${Buffer.from(value).toString('base64url')}` };
      },
    ],
    ['revoked key', 'key-revoked', () => ({ isRevoked: () => true })],
  ]),
  ...rows('Attributes', [
    ['ce_id exchanged', 'jws-binding', attribute('ce_id', 'another')],
    ['ce_type exchanged', 'jws-binding', attribute('ce_type', 'ura.request.refused.v1')],
    ['ce_subject exchanged', 'jws-binding', attribute('ce_subject', 'another')],
    ['ce_time exchanged', 'jws-binding', attribute('ce_time', '2026-11-21T09:00:00.000Z')],
    ['ce_source exchanged', 'jws-binding', attribute('ce_source', 'https://evil.example/')],
    ['ce_dataschema exchanged', 'jws-binding', attribute('ce_dataschema', 'https://evil.example/')],
    [
      'ce_subject absent',
      'jws-binding',
      ({ headers }) => ({
        headers: Object.fromEntries(Object.entries(headers).filter(([name]) => name !== 'ce_subject')),
      }),
    ],
    [
      'a signature outside as well',
      'event-signature-outside',
      ({ headers, signature }) => ({
        headers: { ...headers, ce_signature: signature },
      }),
    ],
    [
      'content-type says readable: the ciphertext has no signature',
      'signature-missing',
      attribute('content-type', 'application/json'),
    ],
    ['content-type in another case', 'signature-missing', attribute('content-type', 'application/JOSE')],
  ]),
  ...rows('Opt-in', [
    [
      'readable event where encryption is insisted on',
      'event-not-encrypted',
      ({ headers, signature }) => ({
        headers: { ...headers, 'content-type': 'application/json', ce_signature: signature },
        jwe: () => honest.toString(),
        requiresEncryption: true,
      }),
    ],
    [
      'readable event without signature',
      'signature-missing',
      ({ headers }) => ({
        headers: { ...headers, 'content-type': 'application/json' },
        jwe: () => honest.toString(),
      }),
    ],
    [
      'event of another municipality, encrypted for it',
      'jwe-key-unknown',
      (event, { fier }) => ({
        header: { ...event.header, kid: fier.keyId },
        to: fier.publicKey,
      }),
    ],
  ]),
];
