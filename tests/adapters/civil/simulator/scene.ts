import { type Samples, samples } from '../../../../adapters/civil/simulator/samples.js';
import {
  type CivilSimulator,
  type CivilSimulatorSettings,
  startCivilSimulator,
} from '../../../../adapters/civil/simulator/start.js';
import {
  type Authority,
  type Issued,
  issue,
  type KeyType,
  makeAuthority,
} from '../../../support/certificates.js';
import type { Asked } from './sign-with-xml-crypto.js';
import { signedRequest } from './sign-with-xml-crypto.js';

/** A running registry, its partner's key, and a way to ask it over HTTP. */
export interface Scene {
  readonly registry: CivilSimulator;
  readonly authority: Authority;
  readonly gateway: Issued;
  readonly registryKey: Issued;
  readonly who: Samples;
  /** Signs a question as the gateway. */
  signed(asked: Omit<Asked, 'to'> & { readonly to?: string }, signer?: Issued): string;
  post(
    xml: string,
    headers?: Record<string, string>,
  ): Promise<{ status: number; text: string; type: string }>;
}

export async function openScene(
  keyType: KeyType = 'ec',
  settings: Partial<CivilSimulatorSettings> = {},
): Promise<Scene> {
  const authority = await makeAuthority('civil simulator');
  const gateway = await issue(authority, { name: 'gateway', keyType });
  const registryKey = await issue(authority, { name: 'civil', keyType });
  const registry = await startCivilSimulator({
    port: 0,
    people: 120,
    privateKeyPem: registryKey.privateKeyPem,
    certificatePem: registryKey.certificatePem,
    gatewayCertificatesPem: [gateway.certificatePem],
    ...settings,
  });
  const actionOf = (xml: string) => /<wsa:Action[^>]*>([^<]*)</.exec(xml)?.[1] ?? '';
  return {
    registry,
    authority,
    gateway,
    registryKey,
    who: samples(registry.population),
    signed: (asked, signer = gateway) => signedRequest({ to: registry.soapUrl, ...asked }, signer),
    async post(xml, headers = {}) {
      const response = await fetch(registry.soapUrl, {
        method: 'POST',
        body: xml,
        headers: { 'content-type': 'text/xml; charset=utf-8', soapaction: `"${actionOf(xml)}"`, ...headers },
      });
      return {
        status: response.status,
        text: await response.text(),
        type: response.headers.get('content-type') ?? '',
      };
    },
  };
}
