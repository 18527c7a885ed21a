import { gzipSync } from 'node:zlib';
import { all, type Vector } from './common-vectors.js';
import { type Handling, send, withField } from './world.js';

const handled =
  (handling: Handling): Vector['attack'] =>
  async () =>
    handling;

const vector = (name: string, reason: string, attack: Vector['attack']): Vector => ({
  row: 'Transport',
  name,
  outcome: all(`unknown ${reason}`),
  attack,
});

/** Rightly signed, as far as anything comes at all; the way it comes is what is wrong. */
export const transportVectors: readonly Vector[] = [
  ...[301, 302, 303, 307, 308].map((status) =>
    vector(
      `a signed answer with status ${status} that leads elsewhere`,
      'http-status',
      async (world, asked) => {
        const answer = await world.answer(asked, { status });
        return { ...answer, headers: [...answer.headers, ['location', world.redirectTarget]] };
      },
    ),
  ),
  vector('compressed although nobody asked for it', 'http-status', async (world, asked) => {
    const answer = await world.answer(asked);
    return {
      ...answer,
      headers: [...answer.headers, ['content-encoding', 'gzip']],
      body: gzipSync(answer.body),
    };
  }),
  vector('called compressed, and it is not', 'http-status', async (world, asked) => {
    const answer = await world.answer(asked);
    return { ...answer, headers: [...answer.headers, ['content-encoding', 'gzip']] };
  }),
  vector(
    'never ending, fast',
    'http-status',
    handled((response, { status, headers }) => {
      response.writeHead(status, headers.flat());
      const more = () => {
        while (!response.destroyed && response.write('x'.repeat(65_536)));
      };
      response.on('drain', more);
      more();
    }),
  ),
  vector(
    'never ending, slowly',
    'call-timeout',
    handled((response, { status, headers }) => {
      response.writeHead(status, headers.flat());
      const dripping = setInterval(() => response.write(' '), 50);
      response.on('close', () => clearInterval(dripping));
    }),
  ),
  vector(
    'cut in the middle of the body',
    'connection-lost',
    handled((response, { status, headers, body }) => {
      response.writeHead(status, [...headers.flat(), 'content-length', String(body.length)]);
      response.write(body.subarray(0, body.length >> 1), () => response.destroy());
    }),
  ),
  vector(
    'cut after the header',
    'connection-lost',
    handled((response, { status, headers, body }) => {
      response.writeHead(status, [...headers.flat(), 'content-length', String(body.length)]);
      response.flushHeaders();
      setImmediate(() => response.destroy());
    }),
  ),
  vector(
    'no HTTP at all',
    'http-status',
    handled((response) => {
      response.socket?.end('220 mail.example ESMTP\r\n');
    }),
  ),
  vector(
    'two lengths',
    'http-status',
    handled((response, { body }) => {
      const lengths = `Content-Length: ${body.length}\r\nContent-Length: 2\r\n`;
      response.socket?.end(`HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n${lengths}\r\n${body}`);
    }),
  ),
  vector('two types', 'http-status', async (world, asked) => {
    const answer = await world.answer(asked);
    return { ...answer, headers: [...answer.headers, ['content-type', 'application/json']] };
  }),
  vector('a type in another encoding', 'http-status', async (world, asked) =>
    withField(await world.answer(asked), 'content-type', () => 'application/json; charset=utf-16'),
  ),
  vector('no type', 'http-status', async (world, asked) =>
    withField(await world.answer(asked), 'content-type', () => undefined),
  ),
  vector(
    'an empty body with a whole header',
    'http-status',
    handled((response, answer) => {
      const empty = { ...answer, body: Buffer.alloc(0) };
      send(
        response,
        withField(empty, 'content-type', () => 'text/plain'),
      );
    }),
  ),
];
