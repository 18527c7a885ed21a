import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { bundleAsyncApi } from '../../contracts/versions/bundle.js';
import { findPackageRoot } from '../../src/package-root.js';
import { walk } from '../openapi/gateway-api.js';

type Node = Readonly<Record<string, unknown>>;

interface Document {
  readonly asyncapi: string;
  readonly info: Node;
  readonly servers: Readonly<Record<string, Node>>;
  readonly channels: Readonly<Record<string, Channel>>;
  readonly operations: Readonly<Record<string, Operation>>;
  readonly components: Readonly<Record<string, Readonly<Record<string, Node>>>>;
}

interface Channel extends Node {
  readonly address: string;
  readonly parameters?: Readonly<Record<string, Node>>;
  readonly messages: Readonly<Record<string, { readonly $ref: string }>>;
}

interface Operation extends Node {
  readonly action: string;
  readonly channel: { readonly $ref: string };
  readonly messages: readonly { readonly $ref: string }[];
}

// The meta-schema of AsyncAPI is in no package that we depend on, so its rules that matter here are written out:
// fixed fields of AsyncAPI 3.0.0, section by section. A field that is in none of these lists is a mistake.
const fields: Readonly<Record<string, string>> = {
  root: 'asyncapi id info servers defaultContentType channels operations components',
  info: 'title version description termsOfService contact license tags externalDocs',
  server:
    'host protocol protocolVersion pathname description title summary variables security tags externalDocs bindings',
  channel: 'address messages title summary description servers parameters tags externalDocs bindings',
  parameter: 'enum default description examples location',
  operation:
    'action channel title summary description security tags externalDocs bindings traits messages reply',
  message:
    'headers payload correlationId contentType name title summary description tags externalDocs bindings examples traits',
  example: 'headers payload name summary',
  components:
    'schemas servers channels operations messages securitySchemes serverVariables parameters correlationIds ' +
    'replies replyAddresses externalDocs tags operationTraits messageTraits serverBindings channelBindings ' +
    'operationBindings messageBindings',
};

function checkFields(kind: string, node: object, where: string): void {
  const known = fields[kind]?.split(' ') ?? [];
  for (const name of Object.keys(node))
    assert.ok(known.includes(name) || name.startsWith('x-'), `${where}: ${kind} has no field ${name}`);
}

describe('contracts/asyncapi.yaml by the rules of AsyncAPI 3.0', () => {
  const root = findPackageRoot();
  const document = bundleAsyncApi(join(root, 'contracts', 'asyncapi.yaml')) as Document;
  const at = (reference: string): Node | undefined =>
    reference
      .replace(/^#\//, '')
      .split('/')
      .reduce<unknown>((node, step) => (node as Node | undefined)?.[step], document) as Node | undefined;

  it('has its required fields and no unknown ones', () => {
    assert.equal(document.asyncapi, '3.0.0');
    checkFields('root', document, 'document');
    checkFields('info', document.info, 'info');
    for (const name of ['title', 'version']) assert.equal(typeof document.info[name], 'string', name);
    for (const [name, server] of Object.entries(document.servers)) {
      checkFields('server', server, name);
      assert.equal(typeof server.host, 'string');
      assert.equal(typeof server.protocol, 'string');
    }
    checkFields('components', document.components, 'components');
    for (const [kind, parts] of Object.entries(document.components))
      for (const name of Object.keys(parts)) assert.match(name, /^[\w.-]+$/, `${kind}/${name}`);
  });

  it('declares exactly the parameters that stand in the address of a channel', () => {
    for (const [name, channel] of Object.entries(document.channels)) {
      checkFields('channel', channel, name);
      const inAddress = [...channel.address.matchAll(/\{([^}]+)\}/g)].map(([, parameter]) => parameter);
      assert.deepEqual(Object.keys(channel.parameters ?? {}), inAddress, name);
      for (const parameter of Object.values(channel.parameters ?? {}))
        checkFields('parameter', '$ref' in parameter ? (at(String(parameter.$ref)) ?? {}) : parameter, name);
    }
    const addresses = Object.values(document.channels).map(({ address }) => address);
    assert.equal(new Set(addresses).size, addresses.length);
  });

  it('sends or receives, on a channel of its own, messages of that channel', () => {
    const used = new Set<string>();
    for (const [name, operation] of Object.entries(document.operations)) {
      checkFields('operation', operation, name);
      assert.match(operation.action, /^(send|receive)$/, name);
      assert.match(operation.channel.$ref, /^#\/channels\/[^/]+$/, name);
      assert.ok(at(operation.channel.$ref), name);
      assert.ok(operation.messages.length > 0, name);
      for (const { $ref } of operation.messages) {
        assert.ok($ref.startsWith(`${operation.channel.$ref}/messages/`) && at($ref), `${name}: ${$ref}`);
        used.add($ref);
      }
    }
    for (const [name, { messages }] of Object.entries(document.channels))
      for (const message of Object.keys(messages))
        assert.ok(used.has(`#/channels/${name}/messages/${message}`), `nobody sends ${name} ${message}`);
  });

  it('names every message once, with headers and payload', () => {
    const messages = Object.entries(document.components.messages ?? {});
    assert.ok(messages.length > 0);
    for (const [name, message] of messages) {
      checkFields('message', message, name);
      for (const field of ['name', 'title', 'contentType', 'headers', 'payload'])
        assert.ok(message[field], `${name} has no ${field}`);
      for (const example of message.examples as readonly object[]) checkFields('example', example, name);
    }
    assert.equal(new Set(messages.map(([, { name }]) => name)).size, messages.length);
  });

  it('has valid schemas alone, and describes every event that has one', () => {
    const ajv = new Ajv2020({ strict: false });
    const schemas = Object.entries(document.components.schemas ?? {});
    for (const [name, schema] of schemas)
      assert.ok(ajv.validateSchema(schema), `${name}: ${ajv.errorsText()}`);
    const ids = new Set([...walk(document)].filter(([path]) => path.at(-1) === '$id').map(([, id]) => id));
    const folder = join(root, 'contracts', 'events');
    for (const file of readdirSync(folder).filter((each) => each.endsWith('.schema.json'))) {
      const { $id } = bundleAsyncApi(join(folder, file)) as { readonly $id: string };
      assert.ok(ids.has($id), `${file} is in no message`);
    }
  });

  it('would not let a misspelt field pass', () => {
    assert.throws(() => checkFields('channel', { adress: 'x' }, 'c'), /channel has no field adress/);
  });
});
