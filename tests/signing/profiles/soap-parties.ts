import { fileSigner } from '../../../src/signing/file-signer.js';
import {
  openSoapProfile,
  type SoapChoice,
  type SoapParts,
  type SoapProfile,
} from '../../../src/signing/profiles/index.js';
import { createVerifyPool, type VerifyPool } from '../../../src/signing/xml/verify-in-worker.js';
import { type Issued, issue, makeAuthority, trust } from '../../support/certificates.js';
import { Seen } from './seen.js';

/** A gateway and a registry that share no keys but know each other's certificate. */
export interface SoapParties {
  readonly now: number;
  readonly pool: VerifyPool;
  readonly gatewayKey: Issued;
  readonly registryKey: Issued;
  readonly seenByGateway: Seen;
  readonly seenByRegistry: Seen;
  gateway(choice: SoapChoice, extra?: Partial<SoapParts>): SoapProfile;
  registry(choice: SoapChoice, extra?: Partial<SoapParts>): SoapProfile;
}

export const registryAddress = 'https://civil.example/service';
export const gatewayAddress = 'https://gateway.example/answers';

export const question = {
  soapVersion: '1.1',
  bodyContent: '<c:person xmlns:c="urn:civil"><c:nid>J00101999W</c:nid></c:person>',
  to: registryAddress,
  action: 'urn:civil/PersonByNid',
  messageId: 'urn:uuid:0195f7a0-0000-7000-8000-000000000001',
} as const;

export const answer = {
  soapVersion: '1.1',
  bodyContent: '<c:answer xmlns:c="urn:civil"><c:givenName>Gëzim</c:givenName></c:answer>',
  to: gatewayAddress,
  action: 'urn:civil/PersonByNidAnswer',
  messageId: 'urn:uuid:0195f7a0-0000-7000-8000-000000000002',
  relatesTo: question.messageId,
} as const;

export const asRegistry = { soapVersion: '1.1', to: registryAddress, actions: [question.action] } as const;
export const asGateway = {
  soapVersion: '1.1',
  to: gatewayAddress,
  actions: [answer.action],
  relatesTo: question.messageId,
} as const;

export async function makeSoapParties(): Promise<SoapParties> {
  const now = Date.now();
  const authority = await makeAuthority('Government CA');
  const gatewayKey = await issue(authority, { name: 'gateway', keyType: 'rsa' });
  const registryKey = await issue(authority, { name: 'civil', keyType: 'rsa' });
  const seenByGateway = new Seen();
  const seenByRegistry = new Seen();
  const clock = { now: () => now };
  const pool = createVerifyPool();
  const gatewayParts = {
    signer: fileSigner({ keyId: 'gateway-1', ...gatewayKey }),
    trusted: [trust(registryKey, 'civil', 'rsa-v1_5-sha256')],
    replaySet: seenByGateway,
    clock,
    pool,
  };
  const registryParts = {
    signer: fileSigner({ keyId: 'civil-1', ...registryKey }),
    trusted: () => [trust(gatewayKey, 'gateway', 'rsa-v1_5-sha256')],
    replaySet: seenByRegistry,
    clock,
    pool,
  };
  return {
    now,
    pool,
    gatewayKey,
    registryKey,
    seenByGateway,
    seenByRegistry,
    gateway: (choice, extra = {}) => openSoapProfile(choice, { ...gatewayParts, ...extra }),
    registry: (choice, extra = {}) => openSoapProfile(choice, { ...registryParts, ...extra }),
  };
}
