import { hash, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import type { Ids } from '../../../src/ids.js';
import type { RestProfile, VerifiedHttpRequest } from '../../../src/signing/profiles/profile.js';
import { SignatureRefused } from '../../../src/signing/refusals.js';
import type { Journal } from '../../civil/simulator/journal.js';
import { readBody } from '../../civil/simulator/read-body.js';
import type { ContractOperation } from '../openapi-contract.js';
import { type BehaviourSwitch, behaviours, readControl } from './control.js';
import { type Executor, readQuestion, refusal } from './execute.js';
import type { Reply, SimulatedRegistry } from './registry.js';
import { signatureRefused, type WrittenReply, writeReply } from './write-reply.js';

/** Everything the server needs; `start.ts` puts it together. */
export interface RestServerParts {
  readonly registry: SimulatedRegistry;
  /** By path, the base path included. */
  readonly operations: ReadonlyMap<string, ContractOperation>;
  /** Address of a path as the gateway signs it. */
  readonly targetUri: (path: string) => string;
  readonly profile: RestProfile;
  /** The same with a key that nobody has pinned. */
  readonly strangerProfile: RestProfile;
  readonly executor: Executor;
  readonly journal: Journal;
  readonly behaviour: BehaviourSwitch;
  readonly ids: Ids;
  /** Ends waiting answers when the server closes. */
  readonly closing: AbortSignal;
}

const maximumBytes = 256 * 1024;

/**
 * The paths of the document are the registry. `GET /health` says that it runs. `GET /control`, `POST /control` and
 * `GET /journal` are for whoever tests against it, and answer on the loopback interface alone.
 */
export function createRestServer(parts: RestServerParts): Server {
  const { registry, behaviour, journal } = parts;
  const counters = { received: 0, answered: 0, refusedSignatures: {} as Record<string, number> };
  let previous: VerifiedHttpRequest | undefined;

  const server = createServer((request, response) => {
    route(request, response).catch(() => response.destroy());
  });
  // Longer than any client keeps an idle connection, so that none is closed under a request on its way.
  server.keepAliveTimeout = 75_000;
  return server;

  async function route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const operation = request.method === 'POST' ? parts.operations.get(request.url ?? '') : undefined;
    if (operation !== undefined) return ask(operation, request, response);
    const target = `${request.method} ${request.url}`;
    if (target === 'GET /health') return json(response, 200, { status: 'up' });
    if (!['GET /control', 'POST /control', 'GET /journal'].includes(target)) {
      return plain(response, 404, 'Not found.');
    }
    if (!isLoopback(request.socket.remoteAddress)) {
      return plain(response, 403, 'Only on the loopback interface.');
    }
    const { executed, repeated } = journal;
    if (target === 'GET /journal') {
      return json(response, 200, { executed, repeated, entries: journal.entries() });
    }
    if (target === 'POST /control') {
      // Browsers name the page that sends; no page has business here.
      if (request.headers.origin !== undefined) return plain(response, 403, 'Not from a web page.');
      const problem = command((await readBody(request, maximumBytes)) ?? '');
      if (problem !== undefined) return plain(response, 400, problem);
    }
    const present = behaviour.present();
    json(response, 200, { present, counters: { ...counters, executed, repeated }, behaviours });
  }

  /** @returns what is wrong with the command. */
  function command(text: string): string | undefined {
    try {
      behaviour.set(readControl(JSON.parse(text), Object.keys(registry.refusals)));
      return undefined;
    } catch (error) {
      return error instanceof TypeError ? error.message : 'The body is not JSON.';
    }
  }

  async function ask(
    operation: ContractOperation,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    counters.received += 1;
    const told = behaviour.next();
    if (told.behaviour === 'down') return void request.socket.destroy();
    if (told.behaviour === 'half-open') return void request.pause();
    if (
      request.headers['content-type'] !== 'application/json' ||
      request.headers['content-encoding'] !== undefined
    ) {
      return plain(response, 415, 'Send application/json, without content encoding.');
    }
    const text = await readBody(request, maximumBytes);
    if (text === undefined) {
      response.setHeader('connection', 'close');
      return plain(response, 413, `Send at most ${maximumBytes} bytes of UTF-8.`);
    }
    const body = Buffer.from(text);
    const verified = await verify(request, body);
    if (verified === undefined) return unsigned(response, signatureRefused());

    const read = readQuestion(operation, body);
    if (!read.ok) {
      const reply = writeReply(refusal('BAD_REQUEST', read.problem), read.messageId, registry);
      // Without the name of the question, nothing can be said that is about it.
      return read.messageId === undefined ? unsigned(response, reply) : signed(response, reply, verified);
    }
    const { question } = read;
    const { messageId } = question.body;
    const write = (reply: Reply) => writeReply(reply, messageId, registry);
    if (told.behaviour === 'fault') {
      return signed(response, write(refusal(told.faultCode, 'The registry was told to say this.')), verified);
    }
    const mayBeLate = told.behaviour === 'late' && operation.declares(202, 'application/json');
    const reply = write(parts.executor.execute(question, read.digest, ...(mayBeLate ? [told.delayMs] : [])));
    counters.answered += 1;
    const other = previous ?? unasked(verified);
    previous = verified;
    switch (told.behaviour) {
      case 'normal':
      case 'late':
        return signed(response, reply, verified);
      case 'slow':
        await wait(told.delayMs, undefined, { signal: parts.closing });
        return signed(response, reply, verified);
      case 'unsigned':
        return unsigned(response, reply);
      case 'unsigned-fault':
        return unsigned(response, write(refusal('BUSY', 'Not signed by anybody.')));
      case 'wrong-signer':
        return signed(response, reply, verified, parts.strangerProfile);
      case 'other-answer':
        return signed(
          response,
          writeReply(parts.executor.answerToAnother(question), randomUUID(), registry),
          other,
        );
      case 'other-subject':
        return signed(response, write(parts.executor.answerToAnother(question)), verified);
      case 'garbage':
        response.writeHead(200, { 'content-type': 'text/html' });
        response.end('<html><body><h1>502 Bad Gateway</h1></body></html>');
        return;
      case 'stalled':
        response.writeHead(reply.status, { 'content-type': reply.contentType });
        response.write(reply.body.subarray(0, reply.body.length / 2));
        return;
      case 'silent':
        // The connection stays open until the client gives up or the server closes.
        return;
      case 'drop-after-execution':
        return void request.socket.destroy();
    }
  }

  async function verify(
    request: IncomingMessage,
    body: Uint8Array,
  ): Promise<VerifiedHttpRequest | undefined> {
    const { method = '', url = '', rawHeaders } = request;
    try {
      const targetUri = parts.targetUri(url);
      return await parts.profile.verifyRequest({ method, targetUri, headers: rawHeaders, body });
    } catch (error) {
      if (!(error instanceof SignatureRefused)) throw error;
      const { refusedSignatures } = counters;
      refusedSignatures[error.code] = (refusedSignatures[error.code] ?? 0) + 1;
      return undefined;
    }
  }

  async function signed(
    response: ServerResponse,
    { status, contentType, body }: WrittenReply,
    request: VerifiedHttpRequest,
    profile = parts.profile,
  ): Promise<void> {
    const answer = { messageId: parts.ids.next(), status, contentType, body };
    const fields = await profile.signAnswer(answer, request);
    response.writeHead(status, { 'content-type': contentType, ...fields });
    response.end(body);
  }
}

function unsigned(response: ServerResponse, { status, contentType, body }: WrittenReply): void {
  response.writeHead(status, { 'content-type': contentType });
  response.end(body);
}

/** A question that nobody asked, for the first `other-answer` of all. */
function unasked(request: VerifiedHttpRequest): VerifiedHttpRequest {
  const signature = { label: 'ura', value: `:${hash('sha512', randomUUID(), 'base64')}:` };
  return {
    ...request,
    messageId: randomUUID(),
    bodySha256: hash('sha256', randomUUID(), 'base64'),
    ...(request.signature === undefined ? {} : { signature }),
  };
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
