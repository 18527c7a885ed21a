import { isDeepStrictEqual } from 'node:util';
import type { Changes, Direction } from './change.js';
import { pairs } from './compare-openapi.js';
import { compareSchemas } from './compare-schemas.js';
import { below, documentRoot, type Place, settle, withValue } from './schema-place.js';

type Node = Readonly<Record<string, unknown>>;

const both: readonly Direction[] = ['request', 'answer'];

/** Compares two AsyncAPI 3 documents without references to other files, as the reader of their channels sees it. */
export function compareAsyncApi(before: unknown, after: unknown, changes: Changes): void {
  const was = documentRoot(before);
  const is = documentRoot(after);
  for (const [name, channel, channelNow] of pairs(below(was, 'channels'), below(is, 'channels'))) {
    if (!channel) changes.add(channelNow.pointer, 'added', both, `channel ${name} is new`);
    else if (!channelNow.value) changes.add(channelNow.pointer, 'removed', both, `channel ${name} is gone`);
    else compareChannel(settle(channel), settle(channelNow));
  }
  for (const [name, operation, operationNow] of pairs(below(was, 'operations'), below(is, 'operations'))) {
    if (!operation) changes.add(operationNow.pointer, 'added', both, `operation ${name} is new`);
    else if (!operationNow.value)
      changes.add(operationNow.pointer, 'removed', both, `operation ${name} is gone`);
    else compareOperation(operation, operationNow);
  }
  for (const [name, server, serverNow] of pairs(below(was, 'servers'), below(is, 'servers'))) {
    if (server && !serverNow.value) changes.add(serverNow.pointer, 'removed', both, `server ${name} is gone`);
    else if (server) same(server, serverNow, 'protocol', 'security');
  }

  function compareChannel(from: Place, to: Place): void {
    same(from, to, 'address', 'bindings');
    for (const [name, parameter, parameterNow] of pairs(below(from, 'parameters'), below(to, 'parameters'))) {
      if (!parameter || !parameterNow.value)
        changes.add(
          parameterNow.pointer,
          'changed',
          both,
          `parameter ${name} is ${parameter ? 'gone' : 'new'}`,
        );
      else same(settle(parameter), settle(parameterNow), 'enum', 'default', 'location');
    }
    const directions = directionsOf(is, to);
    for (const [name, message, messageNow] of pairs(below(from, 'messages'), below(to, 'messages'))) {
      if (!message) changes.add(messageNow.pointer, 'added', both, `message ${name} is new`);
      else if (!messageNow.value) changes.add(messageNow.pointer, 'removed', both, `message ${name} is gone`);
      else compareMessage(settle(message), settle(messageNow), directions);
    }
  }

  function compareMessage(from: Place, to: Place, directions: readonly Direction[]): void {
    same(from, to, 'name', 'contentType', 'correlationId', 'traits');
    for (const part of ['headers', 'payload'])
      compareSchemas(anything(below(from, part)), anything(below(to, part)), directions, changes);
    const key = (message: Place): Place =>
      anything(below(settle(below(message, 'bindings')), 'kafka', 'key'));
    compareSchemas(key(from), key(to), directions, changes);
  }

  function compareOperation(from: Place, to: Place): void {
    same(from, to, 'action', 'channel', 'security', 'reply');
    const messages = (place: Place): readonly string[] =>
      ((below(place, 'messages').value ?? []) as readonly { readonly $ref: string }[]).map(
        ({ $ref }) => $ref,
      );
    for (const gone of messages(from).filter((each) => !messages(to).includes(each)))
      changes.add(`${to.pointer}/messages`, 'removed', both, `${gone} is not sent any more`);
  }

  function same(from: Place, to: Place, ...names: readonly string[]): void {
    for (const name of names) {
      const [a, b] = [below(from, name), below(to, name)];
      if (isDeepStrictEqual(a.value, b.value)) continue;
      const what = `${name} ${JSON.stringify(a.value)} became ${JSON.stringify(b.value)}`;
      changes.add(b.pointer, 'changed', both, what);
    }
  }
}

/** The document says what the gateway does: what it sends is read by others, what it receives is sent by them. */
function directionsOf(root: Place, channel: Place): readonly Direction[] {
  const actions = Object.values((below(root, 'operations').value ?? {}) as Node)
    .map((operation) => operation as { readonly action: string; readonly channel: { readonly $ref: string } })
    .filter((operation) => `#${channel.pointer}` === operation.channel.$ref)
    .map(({ action }): Direction => (action === 'send' ? 'answer' : 'request'));
  return actions.length === 0 ? both : actions;
}

function anything(place: Place): Place {
  return place.value === undefined ? withValue(place, true) : place;
}
