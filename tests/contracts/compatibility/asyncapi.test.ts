import assert from 'node:assert/strict';
import { join } from 'node:path';
import { Changes } from '../../../contracts/compatibility/change.js';
import { compareAsyncApi } from '../../../contracts/compatibility/compare-asyncapi.js';
import { bundleAsyncApi } from '../../../contracts/versions/bundle.js';
import { findPackageRoot } from '../../../src/package-root.js';

interface Draft {
  readonly servers: { kafka: { protocol: string; host: string } };
  readonly channels: {
    results?: {
      address: string;
      readonly parameters: Record<string, object>;
      readonly messages: Record<string, object>;
      readonly bindings: { kafka: { topicConfiguration: object } };
    };
    more?: object;
  };
  readonly operations: { sendResult?: { action: string; readonly messages: { $ref: string }[] } };
  readonly components: {
    readonly messages: Record<string, { name: string; contentType: string }>;
    readonly messageBindings: { case: { kafka: { key: { pattern: string } } } };
    readonly schemas: {
      readonly headers: { readonly required: string[]; readonly properties: Record<string, object> };
      readonly result: {
        readonly properties: Record<string, { enum?: string[] }>;
        readonly required: string[];
      };
    };
  };
}

// The real document: its channel is sent to by the gateway and read by others.
const document = (): Draft =>
  structuredClone(bundleAsyncApi(join(findPackageRoot(), 'contracts', 'asyncapi.yaml'))) as Draft;

function judge(change: (draft: Draft) => void): { breaking: string[]; all: number } {
  const after = document();
  change(after);
  const changes = new Changes();
  compareAsyncApi(document(), after, changes);
  const breaking = changes.list().filter((each) => each.breaking);
  return {
    breaking: breaking.map(({ pointer, text }) => `${pointer} ${text.replace(/: (what|readers) .*$/, '')}`),
    all: changes.list().length,
  };
}

const results = (draft: Draft) => draft.channels.results as NonNullable<Draft['channels']['results']>;

describe('compareAsyncApi', () => {
  const broken: readonly [string, (draft: Draft) => void, RegExp[]][] = [
    [
      'a removed channel',
      (d) => delete d.channels.results,
      [/^\/channels\/results channel results is gone$/],
    ],
    [
      'a changed address',
      (d) => {
        results(d).address = 'oss.{municipality}.results.v2';
      },
      [/^\/channels\/results\/address address "oss.*v1" became "oss.*v2"$/],
    ],
    [
      'a removed message',
      (d) => delete results(d).messages.requestExpired,
      [/^\/channels\/results\/messages\/requestExpired message requestExpired is gone$/],
    ],
    [
      'another type of event',
      (d) => {
        Object.assign(d.components.messages.requestFailed as object, { name: 'ura.request.broken.v1' });
      },
      [/^\/components\/messages\/requestFailed\/name name .* became "ura\.request\.broken\.v1"$/],
    ],
    [
      'another parameter in the address',
      (d) => {
        results(d).parameters.office = {};
      },
      [/parameter office is new$/],
    ],
    [
      'another way to keep the topic',
      (d) => {
        results(d).bindings.kafka.topicConfiguration = { 'cleanup.policy': ['compact'] };
      },
      [/^\/channels\/results\/bindings /],
    ],
    [
      'a header that may be absent',
      (d) => d.components.schemas.headers.required.pop(),
      [/^\/components\/schemas\/headers member is not required any more: ce_signature$/],
    ],
    [
      'a header that is gone',
      (d) => delete d.components.schemas.headers.properties.traceparent,
      [/member traceparent is gone$/],
    ],
    [
      'another key of the messages',
      (d) => {
        d.components.messageBindings.case.kafka.key.pattern = '^x$';
      },
      [/^\/components\/messageBindings\/case\/kafka\/key pattern /],
    ],
    [
      'a new value in the payload',
      (d) => d.components.schemas.result.properties.state?.enum?.push('lost'),
      [/^\/components\/schemas\/result\/properties\/state value "lost" is new$/],
    ],
    [
      'an operation that is gone',
      (d) => delete d.operations.sendResult,
      // Nobody says any more who reads the channel, but its messages are the same.
      [/^\/operations\/sendResult operation sendResult is gone$/],
    ],
    [
      'a message that is not sent any more',
      (d) => d.operations.sendResult?.messages.pop(),
      [/^\/operations\/sendResult\/messages .*requestCancelled is not sent any more$/],
    ],
    [
      'another protocol',
      (d) => {
        d.servers.kafka.protocol = 'kafka';
      },
      [/^\/servers\/kafka\/protocol /],
    ],
  ];
  for (const [what, change, expected] of broken) {
    it(`names ${what}`, () => {
      const { breaking } = judge(change);
      assert.equal(breaking.length, expected.length, breaking.join('\n'));
      for (const [index, pattern] of expected.entries()) assert.match(breaking[index] ?? '', pattern);
    });
  }

  const compatible: readonly [string, (draft: Draft) => void][] = [
    [
      'a new channel',
      (d) => {
        d.channels.more = { address: 'more' };
      },
    ],
    [
      'a new message',
      (d) => {
        results(d).messages.requestLost = {};
      },
    ],
    [
      'a new member of the payload',
      (d) => {
        d.components.schemas.result.properties.more = {};
      },
    ],
    ['a value that is not sent any more', (d) => d.components.schemas.result.properties.state?.enum?.pop()],
  ];
  for (const [what, change] of compatible) {
    it(`lets ${what} pass`, () => {
      const { breaking, all } = judge(change);
      assert.deepEqual(breaking, []);
      assert.ok(all > 0, 'the change was not seen at all');
    });
  }

  it('sees no change where there is none', () => {
    assert.equal(judge(() => undefined).all, 0);
  });
});
