import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import type { Clock } from '../../../src/clock.js';
import type { Ids } from '../../../src/ids.js';
import { type Executor, faultReply, type Reply } from './execute.js';
import { type BehaviourSwitch, behaviours, parseControl } from './faults.js';
import type { Journal } from './journal.js';
import { readBody } from './read-body.js';
import { type OutgoingAnswer, securityFault, unsignedAnswer } from './sign-answer.js';
import type { Verification, VerifiedRequest } from './verify-request.js';

/** Everything the server needs; `start.ts` puts it together. */
export interface CivilServerParts {
  readonly verify: (text: string) => Verification;
  readonly sign: (answer: OutgoingAnswer) => string;
  readonly executor: Executor;
  readonly journal: Journal;
  readonly behaviour: BehaviourSwitch;
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
export function createCivilServer(parts: CivilServerParts): Server {
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
      const parsed = parseControl((await readBody(request, maximumBytes)) ?? '');
      if (!parsed.ok) return plain(response, 400, parsed.reason);
      parts.behaviour.set(parsed.control);
    }
    const { executed, repeated } = parts.journal;
    json(response, 200, {
      present: parts.behaviour.present(),
      counters: { ...counters, executed, repeated },
      behaviours,
    });
  }

  async function soap(request: IncomingMessage, response: ServerResponse): Promise<void> {
    counters.received += 1;
    const { behaviour, delayMs, faultCode } = parts.behaviour.next();
    if (behaviour === 'down') return void request.socket.destroy();
    if (!isMediaType(request, 'text/xml') || request.headers['content-encoding'] !== undefined) {
      return plain(response, 415, 'Send text/xml in UTF-8, without content encoding.');
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
      return xml(response, 500, securityFault());
    }
    const asked = verification.request;
    if (behaviour === 'fault') {
      return xml(
        response,
        500,
        parts.sign(addressed(asked, faultReply(faultCode, 'The registry was told to say this.'))),
      );
    }
    const reply = parts.executor.execute(asked, (request.headers.soapaction as string | undefined) ?? '');
    const relatesToOther = previousMessageId ?? `urn:uuid:${parts.ids.next()}`;
    if (asked.messageId !== relatesToOther) previousMessageId = asked.messageId;
    counters.answered += 1;
    switch (behaviour) {
      case 'normal':
        return xml(response, reply.status, parts.sign(addressed(asked, reply)));
      case 'slow':
        await wait(delayMs, undefined, { signal: parts.closing });
        return xml(response, reply.status, parts.sign(addressed(asked, reply)));
      case 'unsigned':
        return xml(response, reply.status, unsignedAnswer(addressed(asked, reply)));
      case 'unsigned-fault':
        return xml(
          response,
          500,
          unsignedAnswer(addressed(asked, faultReply('BUSY', 'Not signed by anybody.'))),
        );
      case 'other-answer': {
        const other = parts.executor.answerToAnother(asked);
        return xml(
          response,
          other.status,
          parts.sign({ ...addressed(asked, other), relatesTo: relatesToOther }),
        );
      }
      case 'garbage':
        response.writeHead(200, { 'content-type': 'text/html' });
        response.end('<html><body><h1>502 Bad Gateway</h1></body></html>');
        return;
      case 'drop-after-execution':
        return void request.socket.destroy();
    }
  }

  function addressed(asked: VerifiedRequest, reply: Reply): OutgoingAnswer {
    return {
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
  const [type = '', ...parameters] = (request.headers['content-type'] ?? '').toLowerCase().split(';');
  return type.trim() === expected && parameters.every((each) => /^\s*charset\s*=\s*"?utf-8"?\s*$/.test(each));
}

function isLoopback(address: string | undefined): boolean {
  return address !== undefined && (address === '::1' || /^(::ffff:)?127\./.test(address));
}

function xml(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/xml; charset=utf-8' });
  response.end(text);
}

function json(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(`${JSON.stringify(value)}\n`);
}

function plain(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' });
  response.end(`${text}\n`);
}
