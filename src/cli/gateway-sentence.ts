import { UraAnswerUntrusted, UraRefused, UraUnreachable } from '../client/index.js';

/**
 * Turns what the SDK throws into a sentence for somebody at a terminal, with what to do next. Anything else comes
 * back as it is.
 *
 * @param gateway the origin that was called.
 */
export function gatewaySentence(error: unknown, gateway: string): unknown {
  if (error instanceof UraUnreachable) return new Error(unreachable(error, gateway), { cause: error });
  if (error instanceof UraAnswerUntrusted) {
    return new Error(
      `${gateway} answered with status ${error.status}, but not with the pinned gateway's signature ` +
        `(${error.reason}): is it another gateway, or are its keys new? Name its public key with --gateway-key, ` +
        'or set URA_DATA to the folder it was started with',
      { cause: error },
    );
  }
  if (error instanceof UraRefused) {
    const fields = error.errors.map(({ pointer, detail }) => `\n  ${pointer}: ${detail}`).join('');
    const hint =
      error.status === 401
        ? '\n  the gateway does not know this key, or the address differs from its publicOrigins'
        : '';
    return new Error(`${error.status} ${error.code}: ${error.detail}${fields}${hint}`, { cause: error });
  }
  return error;
}

function unreachable({ code, tries }: UraUnreachable, gateway: string): string {
  switch (code) {
    case 'connect-failed':
      return `nothing answers at ${gateway}: start the gateway with \`ura serve\`, or name it with --gateway`;
    case 'timeout':
      return `${gateway} did not answer in time (${tries} tries): it may have taken the request; repeat with the same --idempotency-key`;
    case 'connection-lost':
      return `the connection to ${gateway} broke (${tries} tries): is it the gateway, and http or https as it should be? If it is, repeat with the same --idempotency-key`;
    case 'answer-too-large':
      return `what ${gateway} answers is far too large for a gateway: check the address`;
  }
}
