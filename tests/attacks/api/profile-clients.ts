import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../../src/clock.js';
import type { ClientSettings } from '../../../src/config/config.js';
import type { TrustedKey } from '../../../src/signing/signer.js';
import { configCopy } from '../../support/config-copy.js';
import { type Stack, startStack } from '../../support/stack.js';

/** A client that a test adds to the configuration; granted what Divjakë is. */
export interface AddedClient extends Pick<ClientSettings, 'profile' | 'nonrepudiation'> {
  readonly id: string;
  /** A certificate is pinned as such, any other key as JWK of its key id. */
  readonly key: TrustedKey;
  /** PEM of its TLS certificates. */
  readonly mtls?: readonly string[];
}

export interface ClientsOptions {
  readonly clock?: Clock;
  /** TLS ends in the gateway; PEM. */
  readonly tls?: { readonly certificate: string; readonly privateKey: string };
  /** Of the gateway with TLS. Default: this machine's. */
  readonly publicOrigin?: string;
  /** Of the registry. */
  readonly people?: number;
}

export interface ClientsStack {
  readonly stack: Stack;
  /** Configuration, keys and certificates. */
  readonly folder: string;
  stop(): Promise<void>;
}

/** Starts a gateway that knows some more clients. */
export async function startWithClients(
  clients: readonly AddedClient[],
  options: ClientsOptions = {},
): Promise<ClientsStack> {
  const config = await configCopy({});
  const at = (name: string) => join(config.folder, name);
  const json = (name: string, content: object) => writeFile(at(name), JSON.stringify(content));
  const policy = JSON.parse(await readFile(at('policies/oss-divjake.json'), 'utf8')) as {
    grants: { id: string }[];
  };
  for (const { id, key, mtls, ...settings } of clients) {
    const keyFile = key.certificate ? `${id}.cert.pem` : `${id}.public.jwk.json`;
    if (key.certificate) await writeFile(at(keyFile), key.certificate.toString());
    else
      await json(keyFile, {
        ...key.publicKey.export({ format: 'jwk' }),
        kid: key.keyId,
        alg: 'ES256',
        use: 'sig',
      });
    const certificates = mtls?.map((_, index) => `${id}-tls-${index}.pem`);
    for (const [index, pem] of (mtls ?? []).entries()) await writeFile(at(`${id}-tls-${index}.pem`), pem);
    await json(`clients/${id}.json`, {
      id,
      name: id,
      municipality: '12',
      organisations: ['Bashkia Divjakë'],
      keys: [keyFile],
      ...settings,
      ...(certificates ? { mtls: { certificates } } : {}),
    });
    const grants = policy.grants.map((grant) => ({ ...grant, id: `${id}-${grant.id}` }));
    await json(`policies/${id}.json`, { client: id, grants });
  }
  if (options.tls) {
    const { tls } = options;
    await writeFile(at('server.cert.pem'), tls.certificate);
    await writeFile(at('server.key.pem'), tls.privateKey);
    const gateway = JSON.parse(await readFile(at('gateway.json'), 'utf8')) as { http: object };
    const http = {
      ...gateway.http,
      tls: { certificate: 'server.cert.pem', privateKey: 'server.key.pem' },
    };
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the configuration has such variables
    const { publicOrigin = 'https://localhost:${PORT}' } = options;
    await json('gateway.json', { ...gateway, http, publicOrigins: [publicOrigin] });
  }
  const stack = await startStack({ config: config.folder, ...options }).catch(async (error: unknown) => {
    await config.remove();
    throw error;
  });
  return {
    stack,
    folder: config.folder,
    async stop() {
      await stack.stop();
      await config.remove();
    },
  };
}
