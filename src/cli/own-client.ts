import type { ClientSettings } from '../config/config.js';
import { readConfig } from '../config/read-config.js';
import { configFolderOf, dataFolderOf } from '../environment.js';
import { fileSigner } from '../signing/file-signer.js';
import { readPrivateKeyFile, readTrustedKeyFile } from '../signing/key-files.js';
import { directionsOf, type RestChoice } from '../signing/profiles/index.js';
import type { Signer, TrustedKey } from '../signing/signer.js';

/** The keys with which the command line speaks as a municipality: its own, and the gateway's pinned one. */
export interface OwnClient {
  readonly id: string;
  readonly organisation: string;
  readonly signer: Signer;
  readonly gatewayKeys: readonly TrustedKey[];
  readonly profile: RestChoice;
  readonly nonrepudiation: boolean;
  /** Whether the gateway takes its submissions over Kafka. */
  readonly kafkaIntake: boolean;
}

/**
 * Finds the client of a municipality in the configuration, and its private key beside the public one.
 *
 * @param options.municipality two digits.
 * @param options.key private key file; default: the configured public key's file with `.private.` for `.public.`.
 * @param options.gatewayKey the gateway's public key file; default: the one beside the gateway's private key.
 * @throws {Error} saying what is missing.
 */
export async function openOwnClient(
  variables: Readonly<Record<string, string | undefined>>,
  options: { readonly municipality: string; readonly key?: string; readonly gatewayKey?: string },
): Promise<OwnClient> {
  const config = await readConfig(configFolderOf(variables), {
    ...variables,
    URA_DATA: dataFolderOf(variables),
  });
  const client = config.clients.find(({ municipality }) => municipality === options.municipality);
  if (!client) {
    const known = config.clients.map(({ municipality, name }) => `${municipality} (${name})`).join(', ');
    throw new Error(`no client belongs to municipality ${options.municipality}; there are ${known}`);
  }
  const publicFile = client.keys[0] as string;
  const key = await readPrivateKeyFile(options.key ?? publicFile.replace('.public.', '.private.'));
  const gatewayFile = options.gatewayKey ?? config.gateway.keys.http.replace('.private.', '.public.');
  return {
    id: client.id,
    organisation: client.organisations[0] as string,
    signer: fileSigner(key),
    gatewayKeys: [await readTrustedKeyFile(gatewayFile, { partner: 'gateway' })],
    profile: askingSideOf(client),
    nonrepudiation: client.nonrepudiation === true,
    kafkaIntake: client.kafkaIntake === true,
  };
}

/** What the client has to sign by, out of what the gateway verifies it by. */
function askingSideOf({ id, profile = 'http-sig' }: ClientSettings): RestChoice {
  const { question } = directionsOf<RestChoice>(profile);
  if (question.profile !== 'modi-rest') return question;
  const { issuer, partnerIssuer = id, ownAudiences, lifetimeSeconds } = question;
  return {
    profile: 'modi-rest',
    issuer: partnerIssuer,
    partnerIssuer: issuer,
    ...(ownAudiences?.[0] === undefined ? {} : { audience: ownAudiences[0] }),
    ...(lifetimeSeconds === undefined ? {} : { lifetimeSeconds }),
  };
}
