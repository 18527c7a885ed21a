import type { Config } from './config.js';
import type { Keyring } from './keyring.js';

/**
 * What keeps a configuration from being used in production: one sentence each, saying what to set. Embedded
 * parts are refused earlier, in `src/environment.ts`.
 */
export function refuseDevelopment(config: Config, keyring: Keyring): string[] {
  const { http, keys } = config.gateway;
  const own = [keyring.http.keyId, keyring.messages.keyId];
  return [
    ...(http.tls || http.behindProxy
      ? []
      : [
          'Clients would reach the gateway without TLS: set http.tls in gateway.json, or http.behindProxy when a proxy ends TLS.',
        ]),
    ...config.gateway.publicOrigins
      .filter((origin) => !origin.startsWith('https://'))
      .map((origin) => `The public origin ${origin} is not https: correct publicOrigins in gateway.json.`),
    ...config.adapters
      .filter(({ endpoint, furtherEndpoints = [] }) =>
        [endpoint, ...furtherEndpoints].some((each) => !each.startsWith('https://')),
      )
      .map(({ name }) => `Adapter ${name} reaches its registry without TLS: give it an https endpoint.`),
    ...keyring.development.map((keyId) =>
      own.includes(keyId)
        ? `Key ${keyId} was made for development: make real ones with \`ura keys generate\` and name them under keys in gateway.json (now ${keys.http}, ${keys.messages.privateKey}).`
        : `Key ${keyId} of a partner was made for development: pin the partner's real key instead.`,
    ),
  ];
}
