import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { civilNamespace } from '../../../adapters/civil/definition.js';
import { findPackageRoot } from '../../../src/package-root.js';
import { questionXml, signedRequest } from '../../adapters/civil/simulator/sign-with-xml-crypto.js';
import { profileOf } from '../../adapters/partners.js';
import {
  type ForeignEnvelope,
  foreignAction,
  foreignEnvelope,
  foreignTo,
  signatureTemplate,
} from '../../signing/xml/foreign-envelope.js';
import { type Issued, issue, type KeyType, makeAuthority, trust } from '../../support/certificates.js';
import { buildCxf } from '../cxf/build-cxf.js';
import { cxfVariants, makeCxfKeys, startCxf } from '../cxf/cxf-peer.js';
import { openOurRegistry } from '../cxf/our-registry.js';
import { signWithXmlsec1, xmlsec1Version } from '../xmlsec1/xmlsec1.js';
import { openZeep } from '../zeep/zeep-peer.js';
import { type GoldenMessage, goldenFolder } from './golden-message.js';

// Makes all golden messages anew: `node dist/tests/interop/golden/make.js`, where every peer is installed.

const operation = 'GetFamilyComposition';
const action = `${civilNamespace}/${operation}`;
const nid = 'H70314021A';
const algorithms = { rsa: 'rsa-v1_5-sha256', ec: 'ecdsa-p256-sha256' } as const;
const anonymous = 'http://www.w3.org/2005/08/addressing/anonymous';

function keep(
  name: string,
  bytes: string | Uint8Array,
  { certificatePem, privateKey }: Issued,
  golden: Omit<GoldenMessage, 'algorithm' | 'certificatePem' | 'at'> & { readonly at?: number },
): void {
  const path = join(goldenFolder(), name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(`${path}.xml`, bytes);
  const algorithm = algorithms[privateKey.asymmetricKeyType === 'rsa' ? 'rsa' : 'ec'];
  const at = new Date(golden.at ?? Date.now()).toISOString();
  writeFileSync(`${path}.json`, `${JSON.stringify({ ...golden, at, algorithm, certificatePem }, null, 2)}\n`);
}

async function keepCxf(): Promise<void> {
  const build = await buildCxf();
  const keys = await makeCxfKeys();
  const peer = await startCxf(build, keys);
  const pinned = [trust(keys.rsa, 'civil', algorithms.rsa), trust(keys.ec, 'civil', algorithms.ec)];
  const registries = await Promise.all(
    (['rsa', 'ec'] as const).map(
      (key) => openOurRegistry(profileOf(keys[`gateway-${key}`], pinned), '1.1'),
      '1.1',
    ),
  );
  try {
    for (const [variant, key, soap] of cxfVariants) {
      if (soap !== '1.1') continue;
      const madeBy = `${build.versions} (${variant})`;
      const registry = registries[key === 'rsa' ? 0 : 1] ?? registries[0];
      if (registry === undefined) throw new Error('no registry');
      const forms = {
        '': {},
        '-issuer-serial': { keyIdentifier: 'IssuerSerial' },
        '-ski': { keyIdentifier: 'SKIKeyIdentifier' },
        '-default': { signing: 'default' },
      } as const;
      for (const [suffix, form] of Object.entries(forms)) {
        if (suffix !== '' && (key === 'ec' || variant.startsWith('policy'))) continue;
        await peer.ask({
          variant,
          key,
          soap,
          address: registry.address,
          payload: questionXml({ operation, nid }),
          ...form,
        });
        const received = registry.received.at(-1);
        if (received === undefined) throw new Error(`${variant} asked nothing`);
        keep(`cxf-${variant}/request-${key}${suffix}`, received.bytes, keys[key], {
          ...{ madeBy, direction: 'request', to: registry.address, action, says: nid, at: received.at },
          ...(suffix === '-default' ? { refused: 'coverage-action' } : {}),
        });
      }
      for (const [name, asked, answer, says] of [
        ['answer', nid, 'GetFamilyCompositionResponse', 'Dritan'],
        ['fault', 'K15307002M', 'Fault', 'PERSON_NOT_FOUND'],
      ] as const) {
        const messageId = `urn:uuid:${randomUUID()}`;
        const to = peer.addressOf(variant, key, soap);
        const bytes = await profileOf(keys[`gateway-${key}`], pinned).signRequest({
          ...{ soapVersion: '1.1', to, action, messageId },
          bodyContent: questionXml({ operation, nid: asked }),
        });
        const headers = { 'content-type': 'text/xml; charset=utf-8', soapaction: `"${action}"` };
        const response = await fetch(to, { method: 'POST', body: Buffer.from(bytes), headers });
        keep(`cxf-${variant}/${name}-${key}`, Buffer.from(await response.arrayBuffer()), keys[key], {
          ...{ madeBy, direction: 'answer', to: anonymous, relatesTo: messageId, says },
          action: `${civilNamespace}/${answer}`,
        });
      }
    }
  } finally {
    await Promise.all(registries.map((registry) => registry.close()));
    await peer.stop();
  }
}

async function keepOthers(): Promise<void> {
  const authority = await makeAuthority('Interop CA');
  const issued = (name: string, keyType: KeyType) =>
    issue(authority, { name: `${name} ${keyType}`, keyType });
  const to = 'https://civil.example/soap';
  const request = { direction: 'request', to, action, says: nid } as const;

  const zeep = openZeep();
  const xmlsec1 = xmlsec1Version();
  if (zeep === undefined || xmlsec1 === undefined) throw new Error('zeep and xmlsec1 have to be installed');
  const zeepKey = await issued('zeep', 'rsa');
  keep('zeep/request-profile', zeep.sign('profile', zeepKey, to, nid), zeepKey, {
    madeBy: zeep.version,
    ...request,
  });
  keep('zeep/request-own', zeep.sign('own', zeepKey, to, nid), zeepKey, {
    ...{ madeBy: zeep.version, refused: 'coverage-action' },
    ...request,
  });

  const { version } = JSON.parse(
    readFileSync(join(findPackageRoot(), 'node_modules', 'xml-crypto', 'package.json'), 'utf8'),
  );
  for (const type of ['rsa', 'ec'] as const) {
    const cryptoKey = await issued('xml-crypto', type);
    const signed = signedRequest({ operation, nid, to }, cryptoKey);
    keep(`xml-crypto/request-${type}`, signed, cryptoKey, { madeBy: `xml-crypto ${version}`, ...request });

    const certificate = await issued('xmlsec1', type);
    const now = Date.now();
    const method = `http://www.w3.org/2001/04/xmldsig-more#${type === 'rsa' ? 'rsa' : 'ecdsa'}-sha256`;
    const envelope: ForeignEnvelope = { now, certificate, method, prefixList: '#default u' };
    const template = foreignEnvelope(envelope, signatureTemplate(envelope));
    keep(`xmlsec1/request-${type}`, signWithXmlsec1(template, certificate.privateKeyPem), certificate, {
      ...{
        madeBy: xmlsec1,
        direction: 'request',
        to: foreignTo,
        action: foreignAction,
        says: 'Gëzim',
        at: now,
      },
    });
  }
}

await keepOthers();
await keepCxf();
