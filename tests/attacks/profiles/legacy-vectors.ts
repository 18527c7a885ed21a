import type { SoapChoice } from '../../../src/signing/profiles/index.js';
import type { RefusalCode } from '../../../src/signing/refusals.js';
import { type Hashing, resign, rsaSha1, sha1Digest, toSha1 } from '../../signing/profiles/resign-envelope.js';
import { issue, legacy, makeAuthority, type SoapVector, type SoapWorld, swap, trust } from './soap-world.js';

const row = 'wss-legacy-sha1';
const integrity = { profile: 'wss-x509-integrity' } as const;
const dsig = 'http://www.w3.org/2000/09/xmldsig#';
const more = 'http://www.w3.org/2001/04/xmldsig-more#';

/** An answer signed with SHA-1, then changed. */
const sha1Answer = (
  name: string,
  code: RefusalCode,
  choice: SoapChoice,
  change: (text: string, world: SoapWorld) => string = (text) => text,
): SoapVector => ({
  row,
  name,
  code,
  attack: async (world) => {
    const { asked, answered } = await world.exchange('wss-x509-integrity');
    const text = toSha1(answered, world.parties.registryKey.privateKey);
    return world.accept(choice, change(text, world), asked);
  },
});

/** An answer signed by the registry with other algorithms. */
const signedWith = (
  name: string,
  code: RefusalCode,
  choice: SoapChoice,
  digest?: Hashing,
  signature?: Hashing,
): SoapVector => ({
  row,
  name,
  code,
  attack: async (world) => {
    const { asked, answered } = await world.exchange('wss-x509-integrity');
    const text = resign(answered, world.parties.registryKey.privateKey, digest, signature);
    return world.accept(choice, text, asked);
  },
});

export const legacyVectors: readonly SoapVector[] = [
  sha1Answer('SHA-1 where nobody allowed it', 'signature-algorithm', integrity),
  sha1Answer('SHA-1 by wss-x509-auth', 'signature-algorithm', { profile: 'wss-x509-auth' }),
  signedWith(
    'SHA-1 digests alone, where nobody allowed it',
    'signature-digest-algorithm',
    integrity,
    sha1Digest,
  ),
  signedWith('rsa-sha1 alone, where nobody allowed it', 'signature-algorithm', integrity, undefined, rsaSha1),
  signedWith('rsa-md5', 'signature-algorithm', legacy, sha1Digest, { hash: 'md5', uri: `${more}rsa-md5` }),
  signedWith(
    'MD5 digests',
    'signature-digest-algorithm',
    legacy,
    { hash: 'md5', uri: `${more}md5` },
    rsaSha1,
  ),
  signedWith('RIPEMD-160 digests', 'signature-digest-algorithm', legacy, {
    hash: 'ripemd160',
    uri: 'http://www.w3.org/2001/04/xmlenc#ripemd160',
  }),
  signedWith('hmac-sha1', 'signature-algorithm', legacy, sha1Digest, {
    hash: 'sha1',
    uri: `${dsig}hmac-sha1`,
  }),
  signedWith('dsa-sha1', 'signature-algorithm', legacy, sha1Digest, { hash: 'sha1', uri: `${dsig}dsa-sha1` }),
  signedWith('ecdsa-sha1', 'signature-algorithm', legacy, sha1Digest, {
    hash: 'sha1',
    uri: `${more}ecdsa-sha1`,
  }),
  signedWith('a SHA-256 value under rsa-sha1', 'signature-value', legacy, sha1Digest, {
    ...rsaSha1,
    hash: 'sha256',
  }),
  signedWith('a digest of SHA-256 named SHA-1', 'signature-base64', legacy, {
    ...sha1Digest,
    hash: 'sha256',
  }),
  sha1Answer('Body changed', 'digest-value', legacy, (text) => swap(text, 'Gëzim', 'Agim')),
  sha1Answer('Body unsigned', 'coverage-body', legacy, (text, { parties }) =>
    toSha1(
      swap(text, /<ds:Reference URI="#ura-body">.*?<\/ds:Reference>/, ''),
      parties.registryKey.privateKey,
    ),
  ),
  sha1Answer('inclusive C14N', 'signature-canonicalization', legacy, (text) =>
    swap(
      text,
      '<ds:CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"',
      '<ds:CanonicalizationMethod Algorithm="http://www.w3.org/TR/2001/REC-xml-c14n-20010315"',
    ),
  ),
  sha1Answer('parameters of SignatureMethod', 'signature-method-content', legacy, (text) =>
    swap(
      text,
      /(<ds:SignatureMethod [^>]*>)/,
      `${/<ds:SignatureMethod [^>]*>/.exec(text)?.[0]}<ds:HMACOutputLength>8</ds:HMACOutputLength>`,
    ),
  ),
  {
    row,
    name: 'key of the attacker',
    code: 'signature-value',
    attack: async (world) => {
      const attacker = await issue(await makeAuthority('Attacker CA'), { name: 'civil', keyType: 'rsa' });
      const { asked, answered } = await world.exchange('wss-x509-integrity');
      return world.accept(legacy, toSha1(answered, attacker.privateKey), asked);
    },
  },
  {
    row,
    name: 'rsa-sha1 for a partner with an EC key',
    code: 'key-algorithm',
    attack: async (world) => {
      const modern = await issue(await makeAuthority('Government CA'), { name: 'civil' });
      const { asked, answered } = await world.exchange('wss-x509-integrity');
      const der = modern.certificate.raw.toString('base64');
      const text = toSha1(swap(answered, />MII[^<]*</, `>${der}<`), world.parties.registryKey.privateKey);
      const trusted = [trust(modern, 'civil', 'ecdsa-p256-sha256')];
      return world.accept(legacy, text, asked, { trusted });
    },
  },
  {
    row,
    name: 'RSA key of 1024 bits',
    code: 'key-too-small',
    attack: async (world) => {
      const weak = await issue(await makeAuthority('Government CA'), { name: 'civil', keyType: 'rsa1024' });
      const { asked, answered } = await world.exchange('wss-x509-integrity');
      const der = weak.certificate.raw.toString('base64');
      const text = toSha1(swap(answered, />MII[^<]*</, `>${der}<`), weak.privateKey);
      return world.accept(legacy, text, asked, { trusted: [trust(weak, 'civil', 'rsa-v1_5-sha256')] });
    },
  },
  {
    row,
    name: 'six minutes old',
    code: 'timestamp-expired',
    attack: async (world) => {
      const { asked, answered } = await world.exchange('wss-x509-integrity');
      const text = toSha1(answered, world.parties.registryKey.privateKey);
      return world.accept(legacy, text, asked, { clock: { now: () => world.parties.now + 360_000 } });
    },
  },
  {
    row,
    name: 'the same answer again, signed with SHA-1 and then without',
    code: 'replayed',
    attack: async (world) => {
      const { asked, answered } = await world.exchange('wss-x509-integrity');
      await world.accept(legacy, toSha1(answered, world.parties.registryKey.privateKey), asked);
      return world.accept(legacy, answered, asked);
    },
  },
];
