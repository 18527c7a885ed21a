import { connect, type Socket } from 'node:net';

/** An answer as it came over the wire. */
export interface WireAnswer {
  readonly status: number;
  /** Names in lower case; the first of each. */
  readonly headers: Readonly<Record<string, string>>;
  /** Name and value by turns. */
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
}

/**
 * Sends bytes as they are, without any client library that would correct them.
 *
 * @param parts written one after another; the connection is left open until an answer is whole.
 * @returns undefined when the server closed the connection without a whole answer.
 * @throws {Error} when nothing happens for 15 seconds.
 */
export function sendBytes(port: number, ...parts: readonly Buffer[]): Promise<WireAnswer | undefined> {
  return sendOver(connect(port, '127.0.0.1'), ...parts);
}

/** The same over a connection that was just begun, for example one with TLS. */
export function sendOver(socket: Socket, ...parts: readonly Buffer[]): Promise<WireAnswer | undefined> {
  return new Promise((resolve, reject) => {
    let received = Buffer.alloc(0);
    // RFC 9110 §9.3.2: the answer to HEAD has the Content-Length of a body that does not come.
    const hasBody = parts[0]?.subarray(0, 5).toString('latin1') !== 'HEAD ';
    const timer = setTimeout(() => finish(new Error('the server neither answered nor closed')), 15_000);
    const finish = (end: Error | WireAnswer | undefined): void => {
      clearTimeout(timer);
      socket.destroy();
      if (end instanceof Error) reject(end);
      else resolve(end);
    };
    for (const part of parts) socket.write(part);
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      const answer = readAnswer(received, hasBody);
      if (answer) finish(answer);
    });
    // A server that refuses while bytes are still coming may reset the connection; what came before counts.
    socket.on('error', () => {});
    socket.on('close', () => finish(readAnswer(received, hasBody)));
  });
}

function readAnswer(bytes: Buffer, hasBody: boolean): WireAnswer | undefined {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const [statusLine = '', ...lines] = bytes.subarray(0, end).toString('latin1').split('\r\n');
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(statusLine)?.[1]);
  if (status === 100) return readAnswer(bytes.subarray(end + 4), hasBody);
  const headers: Record<string, string> = {};
  const rawHeaders: string[] = [];
  for (const line of lines) {
    const [name = '', value = ''] = line.split(/:\s*(.*)/s);
    rawHeaders.push(name, value);
    headers[name.toLowerCase()] ??= value;
  }
  const length = hasBody ? Number(headers['content-length'] ?? 0) : 0;
  const body = bytes.subarray(end + 4, end + 4 + length);
  return body.length < length ? undefined : { status, headers, rawHeaders, body };
}
