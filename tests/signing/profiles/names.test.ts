import assert from 'node:assert/strict';
import { httpRefusals } from '../../../src/signing/http-sig/refusals.js';
import { eventRefusals } from '../../../src/signing/kafka-event/refusals.js';
import { modiRefusals } from '../../../src/signing/modi-rest/refusals.js';
import {
  abilityOf,
  directionsOf,
  isEventProfile,
  isModifier,
  isRestProfile,
  isSoapProfile,
  modifierNames,
  openRestProfile,
  openSoapProfile,
  type RestChoice,
  restPartner,
  restProfileNames,
  type SoapChoice,
  signatureFieldsOf,
  soapPartner,
  soapProfileNames,
  UnknownProfile,
} from '../../../src/signing/profiles/index.js';
import { peerRefusals } from '../../../src/signing/profiles/refusals.js';
import { refusals } from '../../../src/signing/refusals.js';
import { createVerifyPool } from '../../../src/signing/xml/verify-in-worker.js';
import { makeKey } from '../http-sig/signing-keys.js';
import { Seen } from './seen.js';

const parts = {
  signer: makeKey('ecdsa-p256-sha256').signer,
  trusted: [],
  replaySet: new Seen(),
  clock: { now: () => 0 },
  pool: createVerifyPool(),
};
const strangers = ['', 'none', 'wss', 'WSS-X509-AUTH', 'constructor', '__proto__', 'toString', 'mtls'];

describe('names of profiles', () => {
  it('are those of the table, each of one kind', () => {
    assert.deepEqual(soapProfileNames, [
      'wss-x509-integrity',
      'wss-x509-auth',
      'wss-signature-confirmation',
      'wss-legacy-sha1',
    ]);
    assert.deepEqual(restProfileNames, ['http-sig', 'modi-rest', 'jws-detached']);
    assert.deepEqual(modifierNames, ['mtls', 'nonrepudiation']);
    for (const name of soapProfileNames) assert.ok(isSoapProfile(name) && !isRestProfile(name));
    for (const name of restProfileNames) assert.ok(isRestProfile(name) && !isSoapProfile(name));
    for (const name of modifierNames) assert.ok(isModifier(name) && !isEventProfile(name));
    assert.ok(isEventProfile('kafka-event'));
  });

  it('that nobody knows open nothing', () => {
    for (const profile of strangers) {
      assert.ok(!isSoapProfile(profile) && !isRestProfile(profile) && !isEventProfile(profile), profile);
      assert.throws(() => openSoapProfile({ profile } as unknown as SoapChoice, parts), UnknownProfile);
      assert.throws(() => openRestProfile({ profile } as unknown as RestChoice, parts), UnknownProfile);
      assert.throws(() => abilityOf(profile), UnknownProfile);
    }
    for (const name of ['constructor', '__proto__', 'kafka-event', 'none']) assert.ok(!isModifier(name));
  });

  it('open each profile that has all it needs', () => {
    for (const profile of soapProfileNames) {
      const choice = { profile, enabled: true } as SoapChoice;
      assert.ok(openSoapProfile(choice, { ...parts, onLegacyUse: () => {} }).verifyAnswer);
    }
    for (const profile of restProfileNames) {
      assert.ok(openRestProfile({ profile, issuer: 'x' } as RestChoice, parts).verifyAnswer);
    }
  });

  it('say which profiles sign, and which tie an answer to its question', () => {
    const all = [...soapProfileNames, ...restProfileNames];
    assert.deepEqual(
      all.filter((name) => !abilityOf(name).signs),
      ['wss-legacy-sha1'],
    );
    assert.deepEqual(
      all.filter((name) => !abilityOf(name).tiesAnswers),
      ['wss-x509-integrity', 'wss-x509-auth', 'wss-legacy-sha1'],
    );
  });

  it('are chosen for each direction, or once for both', () => {
    const both = { profile: 'wss-x509-auth' } as const;
    assert.deepEqual(directionsOf<SoapChoice>('wss-x509-auth'), { question: both, answer: both });
    assert.deepEqual(directionsOf<SoapChoice>(both), { question: both, answer: both });
    const legacy = { profile: 'wss-legacy-sha1', enabled: true } as const;
    const setting = { question: 'wss-x509-integrity', answer: legacy } as const;
    assert.deepEqual(directionsOf<SoapChoice>(setting), {
      question: { profile: 'wss-x509-integrity' },
      answer: legacy,
    });
  });

  it('are claimed by header fields, which no two share', () => {
    assert.deepEqual(signatureFieldsOf({ profile: 'http-sig' }), ['signature', 'signature-input']);
    assert.deepEqual(signatureFieldsOf({ profile: 'modi-rest', issuer: 'x' }), ['agid-jwt-signature']);
    assert.deepEqual(signatureFieldsOf({ profile: 'jws-detached' }), ['x-jws-signature']);
    assert.deepEqual(signatureFieldsOf({ profile: 'jws-detached', field: 'x-own' }), ['x-own']);
    for (const profile of strangers) {
      assert.throws(() => signatureFieldsOf({ profile } as unknown as RestChoice), UnknownProfile);
    }
  });

  it('are refused where a direction cannot have them', () => {
    const legacy = { profile: 'wss-legacy-sha1', enabled: true } as const;
    const listening = { ...parts, onLegacyUse: () => {} };
    assert.ok(soapPartner({ question: 'wss-x509-integrity', answer: legacy }, listening).signRequest);
    assert.throws(() => soapPartner(legacy, listening), /only verifies/);
    assert.throws(() => soapPartner('none' as 'wss-x509-auth', listening), UnknownProfile);
    assert.ok(restPartner('http-sig', parts).signRequest);
    assert.throws(
      () => restPartner({ question: 'http-sig', answer: 'jws-detached' }, parts),
      /cannot be tied/,
    );
  });
});

describe('tables of refusals', () => {
  it('hold no code twice', () => {
    const tables = [refusals, httpRefusals, modiRefusals, eventRefusals, peerRefusals];
    const codes = tables.flatMap((table) => Object.keys(table));
    assert.equal(new Set(codes).size, codes.length);
  });
});
