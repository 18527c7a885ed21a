import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import type { Clock } from '../../../src/clock.js';
import type { Ids } from '../../../src/ids.js';
import type { Journal } from '../../civil/simulator/journal.js';
import { readBody } from '../../civil/simulator/read-body.js';
import { type OutgoingMessage, type SignMessage, securityFault, unsignedMessage } from './sign-message.js';
import type { Verification, VerifiedMessage } from './verify-message.js';
import { type SoapVersion, soapMediaTypes } from './wire-names.js';

/** What goes back, before it is signed. */
export interface Reply {
  /** Of the HTTP answer; SOAP says which goes with a fault. */
  readonly status: number;
  readonly action: string;
  readonly payload: string;
}

/** What the registry was told to do with the request that has just come. */
export interface Command {
  readonly behaviour: string;
  /** Milliseconds; of `slow` and of answers that come late. */
  readonly delayMs: number;
  readonly faultCode: string;
}

/** Executes verified requests, each message id once. */
export interface Executor {
  /** @param action as the HTTP header named it, in quotes; undefined when it did not. */
  execute(request: VerifiedMessage, action: string | undefined, command: Command): Reply;
  /** A right answer to another question of the same kind, for `other-answer` and `other-subject`. */
  answerToAnother(request: VerifiedMessage): Reply;
}

/** Everything that the server of one simulated registry needs; its `start.ts` puts it together. */
export interface SoapServerParts {
  readonly soapVersion: SoapVersion;
  readonly verify: (text: string) => Verification;
  readonly sign: SignMessage;
  /** With a key that nobody has pinned; for the behaviour `wrong-signer`. */
  readonly signAsStranger: SignMessage;
  readonly executor: Executor;
  readonly fault: (code: string, message: string) => Reply;
  readonly journal: Journal;
  /** The present behaviour. */
  readonly behaviour: { present(): object; next(): Command };
  /** Every behaviour in a sentence. */
  readonly behaviours: Readonly<Record<string, string>>;
  /** `POST /control`. @returns why the text is no command; undefined when it was obeyed. */
  readonly control: (json: string) => string | undefined;
  readonly clock: Clock;
  readonly ids: Ids;
  /** Ends waiting answers when the server closes. */
  readonly closing: AbortSignal;
}

const maximumBytes = 256 * 1024;

/**
 * `POST /soap` is the registry. `GET /health` says that it runs. `GET /control`, `POST /control` and
 * `GET /journal` are for whoever tests against it, and answer on the loopback interface alone.
 */
export function createSoapServer(parts: SoapServerParts): Server {
  const { soapVersion } = parts;
  const mediaType = soapMediaTypes[soapVersion];
  const counters = { received: 0, answered: 0, refusedSignatures: {} as Record<string, number> };
  let previousMessageId: string | undefined;

  const server = createServer((request, response) => {
    route(request, response).catch(() => response.destroy());
  });
  // Longer than any client keeps an idle connection, so that none is closed under a request on its way.
  server.keepAliveTimeout = 75_000;
  return server;

  async function route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const target = `${request.method} ${request.url}`;
    if (target === 'POST /soap') return soap(request, response);
    if (target === 'GET /health') return json(response, 200, { status: 'up' });
    if (!['GET /control', 'POST /control', 'GET /journal'].includes(target))
      return plain(response, 404, 'Not found.');
    if (!isLoopback(request.socket.remoteAddress))
      return plain(response, 403, 'Only on the loopback interface.');
    if (target === 'GET /journal') {
      const { executed, repeated } = parts.journal;
      return json(response, 200, { executed, repeated, entries: parts.journal.entries() });
    }
    if (target === 'POST /control') {
      // Browsers name the page that sends; no page has business here.
      if (request.headers.origin !== undefined) return plain(response, 403, 'Not from a web page.');
      const wrong = parts.control((await readBody(request, maximumBytes)) ?? '');
      if (wrong !== undefined) return plain(response, 400, wrong);
    }
    const { executed, repeated } = parts.journal;
    json(response, 200, {
      present: parts.behaviour.present(),
      counters: { ...counters, executed, repeated },
      behaviours: parts.behaviours,
    });
  }

  async function soap(request: IncomingMessage, response: ServerResponse): Promise<void> {
    counters.received += 1;
    const command = parts.behaviour.next();
    const { behaviour } = command;
    if (behaviour === 'down') return void request.socket.destroy();
    if (behaviour === 'half-open') return void request.pause();
    if (!isMediaType(request, mediaType) || request.headers['content-encoding'] !== undefined) {
      return plain(response, 415, `Send ${mediaType} in UTF-8, without content encoding.`);
    }
    const text = await readBody(request, maximumBytes);
    if (text === undefined) {
      response.setHeader('connection', 'close');
      return plain(response, 413, `Send at most ${maximumBytes} bytes of UTF-8.`);
    }
    // The connection stays open until the client gives up or the server closes.
    if (behaviour === 'silent') return;

    const verification = parts.verify(text);
    if (!verification.ok) {
      const { refusedSignatures } = counters;
      refusedSignatures[verification.reason] = (refusedSignatures[verification.reason] ?? 0) + 1;
      return xml(response, 500, securityFault(soapVersion));
    }
    const asked = verification.message;
    if (behaviour === 'fault') {
      return send(response, asked, parts.fault(command.faultCode, 'The registry was told to say this.'));
    }
    const reply = parts.executor.execute(asked, actionOf(request, soapVersion), command);
    const relatesToOther = previousMessageId ?? `urn:uuid:${parts.ids.next()}`;
    if (asked.messageId !== relatesToOther) previousMessageId = asked.messageId;
    counters.answered += 1;
    switch (behaviour) {
      case 'slow':
        await wait(command.delayMs, undefined, { signal: parts.closing });
        return send(response, asked, reply);
      case 'unsigned':
        return xml(response, reply.status, unsignedMessage(addressed(asked, reply)));
      case 'unsigned-fault': {
        const fault = parts.fault('BUSY', 'Not signed by anybody.');
        return xml(response, fault.status, unsignedMessage(addressed(asked, fault)));
      }
      case 'wrong-signer':
        return xml(response, reply.status, parts.signAsStranger(addressed(asked, reply)));
      case 'other-answer': {
        const other = parts.executor.answerToAnother(asked);
        const elsewhere = { ...addressed(asked, other), relatesTo: relatesToOther };
        return xml(response, other.status, parts.sign(elsewhere));
      }
      case 'other-subject':
        return send(response, asked, parts.executor.answerToAnother(asked));
      case 'garbage':
        response.writeHead(200, { 'content-type': 'text/html' });
        response.end('<html><body><h1>502 Bad Gateway</h1></body></html>');
        return;
      case 'stalled':
        response.writeHead(reply.status, { 'content-type': `${mediaType}; charset=utf-8` });
        response.write(reply.payload.slice(0, reply.payload.length / 2));
        return;
      case 'drop-after-execution':
        return void request.socket.destroy();
      default:
        return send(response, asked, reply);
    }
  }

  function send(response: ServerResponse, asked: VerifiedMessage, reply: Reply): void {
    xml(response, reply.status, parts.sign(addressed(asked, reply)));
  }

  function xml(response: ServerResponse, status: number, text: string): void {
    response.writeHead(status, { 'content-type': `${mediaType}; charset=utf-8` });
    response.end(text);
  }

  function addressed(asked: VerifiedMessage, reply: Reply): OutgoingMessage {
    return {
      soapVersion,
      payload: reply.payload,
      action: reply.action,
      to: asked.replyTo,
      messageId: `urn:uuid:${parts.ids.next()}`,
      relatesTo: asked.messageId,
      createdAt: parts.clock.now(),
    };
  }
}

function isMediaType(request: IncomingMessage, expected: string): boolean {
  const [type = '', ...parameters] = (request.headers['content-type'] ?? '').split(';');
  const isKnown = (parameter: string) =>
    /^\s*charset\s*=\s*"?utf-8"?\s*$/i.test(parameter) ||
    (expected === soapMediaTypes['1.2'] && /^\s*action\s*=\s*"[^"]*"\s*$/i.test(parameter));
  return type.trim().toLowerCase() === expected && parameters.every(isKnown);
}

/** SOAP 1.1 has a header field of its own, SOAP 1.2 a parameter of the media type that may be absent. */
function actionOf({ headers }: IncomingMessage, version: SoapVersion): string | undefined {
  if (version === '1.1') return (headers.soapaction as string | undefined) ?? '';
  return /;\s*action\s*=\s*("[^"]*")/i.exec(headers['content-type'] ?? '')?.[1];
}

function isLoopback(address: string | undefined): boolean {
  return address !== undefined && (address === '::1' || /^(::ffff:)?127\./.test(address));
}

function json(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(`${JSON.stringify(value)}\n`);
}

function plain(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' });
  response.end(`${text}\n`);
}
