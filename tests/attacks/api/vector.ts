import { type Draft, type Message, toBytes, type World } from './signed-message.js';

/** One row: what is done, the status and code it must be refused with, and the bytes to send. */
export interface Vector {
  readonly name: string;
  readonly status: number;
  /** Code of the problem; undefined where the HTTP parser refuses before there is a request. */
  readonly code: string | undefined;
  /** Pointers that `errors` must name, when it matters. */
  readonly pointers?: readonly string[];
  readonly make: (world: World) => Promise<Buffer>;
}

/** A correctly signed message that says something it must not. */
export function signed(
  name: string,
  status: number,
  code: string,
  draft: (world: World) => Draft,
  ...pointers: string[]
): Vector {
  return {
    name,
    status,
    code,
    ...(pointers.length > 0 ? { pointers } : {}),
    make: async (world) => toBytes(await world.sign(draft(world))),
  };
}

/** A message changed after it was signed. */
export function tampered(
  name: string,
  status: number,
  code: string | undefined,
  change: (message: Message, world: World) => unknown,
  draft: (world: World) => Draft = () => ({}),
): Vector {
  return {
    name,
    status,
    code,
    async make(world) {
      const message = await world.sign(draft(world));
      await change(message, world);
      return toBytes(message);
    },
  };
}

/** Bytes that no client library would send. */
export function raw(
  name: string,
  status: number,
  code: string | undefined,
  text: (world: World) => string,
): Vector {
  return { name, status, code, make: async (world) => Buffer.from(text(world), 'latin1') };
}
