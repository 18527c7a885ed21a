import { setTimeout as sleep } from 'node:timers/promises';
import { type Clock, systemClock } from '../clock.js';
import { type Ids, uuidV7 } from '../ids.js';
import { openRestProfile, type RestChoice, signatureFieldsOf } from '../signing/profiles/index.js';
import type { Signer, TrustedKey } from '../signing/signer.js';
import { createHttpTransport, type HttpTransport } from './http-transport.js';
import { seenAnswers } from './seen-answers.js';
import type { CallParts } from './signed-call.js';

/** How a client reaches its gateway. */
export interface UraClientOptions {
  /** Scheme, host and port as the gateway itself knows them, for example `https://ura.example`. */
  readonly gateway: string;
  /** The client's registered key. */
  readonly signer: Signer;
  /** The gateway's pinned keys; several at once while it rotates them. */
  readonly gatewayKeys: readonly TrustedKey[];
  /** As the gateway has it configured for this client. Default `http-sig`. */
  readonly profile?: RestChoice;
  /** The gateway is configured with `nonrepudiation` for this client. Default false. */
  readonly nonrepudiation?: boolean;
  readonly clock?: Clock;
  /** Gives nonces. Default: UUID version 7. */
  readonly ids?: Ids;
  /** Default: axios with kept-alive connections. */
  readonly http?: HttpTransport;
  /** How often a call is sent when no answer comes, or the gateway cannot take it now. Default 3. */
  readonly tries?: number;
  /** Per try, milliseconds, without what `waitSeconds` adds. Default 15 000. */
  readonly callTimeoutMs?: number;
  /** Pauses between tries. Default: a timer. */
  readonly pause?: (durationMs: number) => Promise<void>;
}

/** @throws {TypeError} when `gateway` is no http origin, no gateway key is pinned, or the profile cannot be opened. */
export function callPartsOf(options: UraClientOptions): CallParts {
  const { clock = systemClock } = options;
  if (options.gatewayKeys.length === 0)
    throw new TypeError('gatewayKeys is empty: no answer could be verified');
  const choice: RestChoice = options.profile ?? { profile: 'http-sig' };
  if ('answerBinding' in choice && choice.answerBinding === 'connection')
    throw new TypeError(
      'answerBinding connection: any answer of the gateway would pass for that to any request',
    );
  return {
    origin: originOf(options.gateway),
    profile: openRestProfile(choice, {
      signer: options.signer,
      trusted: options.gatewayKeys,
      replaySet: seenAnswers(() => clock.now()),
      clock,
    }),
    signatureFields: signatureFieldsOf(choice),
    repeatsMessages: options.nonrepudiation === true,
    clock,
    ids: options.ids ?? uuidV7(clock),
    http: options.http ?? createHttpTransport(),
    tries: options.tries ?? 3,
    pause: options.pause ?? ((durationMs) => sleep(durationMs)),
  };
}

function originOf(gateway: string): string {
  const url = new URL(gateway);
  if (!/^https?:$/.test(url.protocol) || url.pathname !== '/' || url.search !== '' || url.username !== '') {
    throw new TypeError('gateway is not an origin such as https://ura.example');
  }
  return url.origin;
}
