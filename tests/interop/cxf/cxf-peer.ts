import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { findPackageRoot } from '../../../src/package-root.js';
import type { SoapVersion } from '../../../src/signing/xml/names.js';
import { type Issued, issue, makeAuthority } from '../../support/certificates.js';
import type { CxfBuild } from './build-cxf.js';

/** How CXF signs and verifies: by actions or by WS-SecurityPolicy, on a DOM tree or streaming. */
export type CxfVariant = 'dom' | 'stax' | 'policy-dom' | 'policy-stax';
/** `wss-x509-integrity`, `wss-signature-confirmation`, `wss-x509-auth`; the latter two by actions and with SOAP 1.1. */
export type CxfProfile = 'integrity' | 'confirmation' | 'auth';
export type CxfKey = 'rsa' | 'ec' | 'stranger';

/** What there is; CXF's policies know no EC keys. Of SOAP 1.2 each way of reading and both keys once. */
export const cxfVariants: readonly (readonly [CxfVariant, 'rsa' | 'ec', SoapVersion])[] = [
  ['dom', 'rsa', '1.1'],
  ['dom', 'ec', '1.1'],
  ['stax', 'rsa', '1.1'],
  ['stax', 'ec', '1.1'],
  ['policy-dom', 'rsa', '1.1'],
  ['policy-stax', 'rsa', '1.1'],
  ['dom', 'ec', '1.2'],
  ['stax', 'rsa', '1.2'],
  ['policy-dom', 'rsa', '1.2'],
  ['policy-stax', 'rsa', '1.2'],
];

/** A question that the CXF client is to ask. The last four are for the variants by action. */
export interface CxfQuestion {
  readonly variant: CxfVariant;
  readonly key: CxfKey;
  readonly soap: SoapVersion;
  readonly address: string;
  /** The child of Body. */
  readonly payload: string;
  /** `default`: what WSS4J signs when it is told nothing: the Body. Default: the profile. */
  readonly signing?: 'default';
  /** WSS4J's `signatureKeyIdentifier`. Default `DirectReference`. */
  readonly keyIdentifier?: string;
  /** Default `integrity`. */
  readonly profile?: CxfProfile;
  /** Default: a PrefixList on every Reference. */
  readonly prefixList?: 'no';
}

/** One Java process that is CXF's server and CXF's client. */
export interface CxfPeer {
  addressOf(variant: CxfVariant, key: 'rsa' | 'ec', soap: SoapVersion, profile?: CxfProfile): string;
  /** `ok`: the child of the verified answer's Body; otherwise CXF's reasons, outermost first. */
  ask(question: CxfQuestion): Promise<{ readonly ok: boolean; readonly text: string }>;
  /** How often a request has got through to the application. */
  invocations(): Promise<number>;
  stop(): Promise<void>;
}

export type CxfKeys = Readonly<Record<'gateway-rsa' | 'gateway-ec' | CxfKey, Issued>>;

/** Ours (`gateway-…`), CXF's, and one that nobody has pinned. */
export async function makeCxfKeys(): Promise<CxfKeys> {
  const authority = await makeAuthority('Interop CA');
  const [gatewayRsa, gatewayEc, rsa, ec, stranger] = await Promise.all([
    issue(authority, { name: 'gateway rsa', keyType: 'rsa' }),
    issue(authority, { name: 'gateway ec', keyType: 'ec' }),
    issue(authority, { name: 'cxf rsa', keyType: 'rsa' }),
    issue(authority, { name: 'cxf ec', keyType: 'ec' }),
    issue(authority, { name: 'stranger', keyType: 'rsa' }),
  ]);
  return { 'gateway-rsa': gatewayRsa, 'gateway-ec': gatewayEc, rsa, ec, stranger };
}

/** @throws with the end of its log when it does not come up. */
export async function startCxf(build: CxfBuild, keys: CxfKeys): Promise<CxfPeer> {
  const folder = mkdtempSync(join(tmpdir(), 'ura-cxf-'));
  for (const [name, key] of Object.entries(keys)) {
    writeFileSync(join(folder, `${name}.key.pem`), key.privateKeyPem, { mode: 0o600 });
    writeFileSync(join(folder, `${name}.cert.pem`), key.certificatePem);
  }
  const wsdl = join(findPackageRoot(), 'contracts', 'registries', 'civil', 'civil.wsdl');
  const wsdl12 = join(folder, 'civil-soap12.wsdl');
  writeFileSync(wsdl12, boundToSoap12(wsdl));
  const options = ['-Xshare:auto', '-XX:TieredStopAtLevel=1', '-Xmx256m', '-cp', build.classPath];
  const java = spawn('java', [...options, 'interop.Main', folder, wsdl, wsdl12], {
    // It ends when its input does, so also when this process is gone.
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let log = '';
  java.stderr.setEncoding('utf8').on('data', (text: string) => {
    log = (log + text).slice(-2_000);
  });
  const exited = once(java, 'exit');
  const [first] = await Promise.race([once(createInterface(java.stdout), 'line'), exited]);
  if (typeof first !== 'string') {
    rmSync(folder, { recursive: true });
    throw new Error(`the Java process ended before it was ready:\n${log}`);
  }
  const [registry = '', control = ''] = first.split(' ');
  return {
    addressOf(variant, key, soap, profile = 'integrity') {
      const folders = [...(soap === '1.2' ? ['soap12'] : []), ...(profile === 'integrity' ? [] : [profile])];
      return [registry, ...folders, variant, key].join('/');
    },
    async ask({ payload, ...question }) {
      const query = new URLSearchParams({ ...question });
      const answer = await fetch(`${control}/ask?${query}`, { method: 'POST', body: payload });
      return { ok: answer.ok, text: await answer.text() };
    },
    invocations: async () => Number(await (await fetch(`${control}/invocations`)).text()),
    async stop() {
      java.kill();
      await exited;
      rmSync(folder, { recursive: true });
    },
  };
}

/** The contract in another place with another binding; nothing else of it differs. */
function boundToSoap12(wsdl: string): string {
  const folder = pathToFileURL(dirname(wsdl)).href;
  return readFileSync(wsdl, 'utf8')
    .replaceAll('http://schemas.xmlsoap.org/wsdl/soap/', 'http://schemas.xmlsoap.org/wsdl/soap12/')
    .replace(/schemaLocation="(?=[^/:"]+")/g, `schemaLocation="${folder}/`);
}
