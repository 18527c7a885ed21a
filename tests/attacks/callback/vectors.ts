import { randomUUID } from 'node:crypto';
import type { CallbackMessage } from '../../../adapters/adapter.js';
import { propertyNamespace } from '../../../adapters/property/definition.js';
import type { RefusalCode } from '../../../src/signing/refusals.js';
import { profileOf } from '../../adapters/partners.js';
import { callbackUrl } from '../../adapters/property/simulated-registry.js';
import { swap } from '../wss/vector.js';
import { delivery, ownership, propertyOfSomebodyElse, received, ticket, type World } from './world.js';

/** A message that must not be opened, with exactly this code. */
export interface ClosedVector {
  readonly row: string;
  readonly name: string;
  readonly code: RefusalCode;
  readonly make: (world: World) => Promise<CallbackMessage>;
}

/** A message of the registry itself that must not become the answer to the open question. */
export interface UnreadVector {
  readonly row: string;
  readonly name: string;
  readonly reason: RegExp;
  readonly bodyContent: (world: World) => string;
}

type Change = (text: string, world: World) => string;

const changed = (row: string, name: string, code: RefusalCode, change: Change): ClosedVector => ({
  row,
  name,
  code,
  make: async (world) => received(change(await world.deliver(), world)),
});

const security = /<wsse:Security .*<\/wsse:Security>/;
const body = /<soap:Body .*<\/soap:Body>/;
const fault =
  '<s:Fault xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Code><s:Value>s:Sender</s:Value></s:Code>' +
  '<s:Reason><s:Text xml:lang="en">No.</s:Text></s:Reason></s:Fault>';

const signer: readonly ClosedVector[] = [
  changed('signer', 'no signature', 'security-absent', (text) => swap(text, security, '')),
  {
    row: 'signer',
    name: 'a key that is not pinned',
    code: 'key-unknown',
    make: async (world) => received(await world.deliver({}, world.stranger)),
  },
  {
    row: 'signer',
    name: 'our own key: a message of ours sent back',
    code: 'key-unknown',
    make: async (world) => received(await world.deliver({}, world.partners.profile)),
  },
  changed('signer', 'the content changed after it was signed', 'digest-value', (text) =>
    swap(text, '<Found>false', '<Found>true'),
  ),
  changed('signer', 'the ticket changed after it was signed', 'digest-value', (text) =>
    swap(text, ticket, 'ASHK-999999999999'),
  ),
  changed('signer', 'another Body beside the signed one', 'structure-envelope-content', (text) =>
    swap(text, body, `${body.exec(text)?.[0]}<soap:Body>${ownership()}</soap:Body>`),
  ),
  changed(
    'signer',
    'the signed Body moved into a header, another in its place',
    'structure-header',
    (text) => {
      const signed = body.exec(text)?.[0] ?? '';
      const forged = swap(signed, 'ura-body', 'forged').replace('false', 'true');
      return swap(swap(text, body, forged), '</soap:Header>', `<x xmlns="urn:x">${signed}</x></soap:Header>`);
    },
  ),
];

const replay: readonly ClosedVector[] = [
  {
    row: 'replay',
    name: 'a callback that was opened before',
    code: 'replayed',
    async make(world) {
      const message = received(await world.deliver());
      await world.adapter.openCallback?.(message);
      return message;
    },
  },
  {
    row: 'replay',
    name: 'a message id that was used before, with another content',
    code: 'replayed',
    async make(world) {
      const messageId = `urn:uuid:${randomUUID()}`;
      await world.adapter.openCallback?.(received(await world.deliver({ messageId })));
      return received(await world.deliver({ messageId, bodyContent: delivery({ messageId: randomUUID() }) }));
    },
  },
  {
    row: 'replay',
    name: 'a callback of yesterday',
    code: 'timestamp-expired',
    make: async (world) => received(await world.deliver({}, signedAt(world, -86_400_000))),
  },
  {
    row: 'replay',
    name: 'a callback of tomorrow',
    code: 'timestamp-future',
    make: async (world) => received(await world.deliver({}, signedAt(world, 86_400_000))),
  },
];

function signedAt({ partners }: World, aheadMs: number) {
  return profileOf(partners.registry, [], { now: () => Date.now() + aheadMs });
}

const sent = (name: string, code: RefusalCode, changes: Parameters<World['deliver']>[0]): ClosedVector => ({
  row: 'addressing',
  name,
  code,
  make: async (world) => received(await world.deliver(changes)),
});

const addressing: readonly ClosedVector[] = [
  sent('meant for another gateway', 'addressing-to', { to: 'https://other.example/v1/callbacks/property' }),
  sent('meant for another registry’s callbacks', 'addressing-to', {
    to: callbackUrl.replace('property', 'civil'),
  }),
  sent('meant for the answer to a question (anonymous)', 'addressing-to', {
    to: 'http://www.w3.org/2005/08/addressing/anonymous',
  }),
  sent('an answer to a question instead of a callback', 'addressing-action', {
    action: `${propertyNamespace}/GetAnswerResponse`,
  }),
  sent('a fault', 'addressing-action', { action: `${propertyNamespace}/Fault`, bodyContent: fault }),
  {
    row: 'addressing',
    name: 'a real answer to an earlier question, with its RelatesTo',
    code: 'addressing-to',
    async make(world) {
      const bytes = await world.registry.signAnswer({
        soapVersion: '1.2',
        bodyContent: delivery(world.asked),
        to: 'http://www.w3.org/2005/08/addressing/anonymous',
        action: `${propertyNamespace}/GetOwnershipResponse`,
        messageId: `urn:uuid:${randomUUID()}`,
        relatesTo: `urn:uuid:${world.asked.messageId}`,
      });
      return received(bytes);
    },
  },
  {
    row: 'addressing',
    name: 'a fault that nobody signed',
    code: 'unsigned-fault',
    make: async () =>
      received(
        '<soap:Envelope xmlns:soap="http://www.w3.org/2003/05/soap-envelope"><soap:Header/>' +
          `<soap:Body>${fault}</soap:Body></soap:Envelope>`,
      ),
  },
  sent('SOAP 1.1', 'structure-envelope', { soapVersion: '1.1' }),
];

const carried = (name: string, code: RefusalCode, changes: Partial<CallbackMessage>): ClosedVector => ({
  row: 'transport',
  name,
  code,
  make: async (world) => received(await world.deliver(), changes),
});
const type = (value: string): Partial<CallbackMessage> => ({ headers: ['content-type', value] });

const transport: readonly ClosedVector[] = [
  carried('GET', 'transport-media-type', { method: 'GET' }),
  carried('no media type', 'transport-media-type', { headers: [] }),
  carried('the media type of SOAP 1.1', 'transport-media-type', type('text/xml; charset=utf-8')),
  carried('another character set', 'transport-media-type', type('application/soap+xml; charset=utf-16')),
  carried('two media types', 'transport-media-type', {
    headers: ['Content-Type', 'application/soap+xml', 'content-type', 'text/html'],
  }),
  carried('compressed', 'transport-content-encoding', {
    headers: ['content-type', 'application/soap+xml', 'Content-Encoding', 'gzip'],
  }),
  changed('transport', 'a document type', 'xml-doctype', (text) => `<!DOCTYPE x>${text}`),
];

const named = (name: string, quoted: (id: string) => string): ClosedVector => ({
  row: 'content',
  name,
  code: 'callback-content',
  make: async (world) =>
    received(
      await world.deliver({
        bodyContent: delivery(world.asked, { quoted: quoted(`urn:uuid:${world.asked.messageId}`) }),
      }),
    ),
});
const id = (value: string) => `<RequestMessageId>${value}</RequestMessageId>`;

const content: readonly ClosedVector[] = [
  named('names no question', () => ''),
  named('names two questions', (asked) => id(asked) + id(asked)),
  named('names a question in another namespace', (asked) => id(asked).replace('>', ' xmlns="urn:x">')),
  named('names a question one level deeper', (asked) => `<Quoted>${id(asked)}</Quoted>`),
  named('names something that is no UUID', () => id("urn:uuid:' or 1=1 --")),
  named('names a question in capitals', (asked) => id(asked.toUpperCase())),
  named('names a question with more around it', (asked) => id(`${asked} `)),
  named('holds an element called __proto__', (asked) => `${id(asked)}<__proto__>x</__proto__>`),
  named('holds a reference for the decoder', (asked) => `${id(asked)}<Ticket href="#a">${ticket}</Ticket>`),
  ...(
    [
      ['a fault under the action of a callback', fault],
      ['another message under the action of a callback', `<GetAnswer xmlns="${propertyNamespace}"/>`],
    ] as const
  ).map(
    ([name, bodyContent]): ClosedVector => ({
      row: 'content',
      name,
      code: 'callback-content',
      make: async (world) => received(await world.deliver({ bodyContent })),
    }),
  ),
];

export const closedVectors: readonly ClosedVector[] = [
  ...signer,
  ...replay,
  ...addressing,
  ...transport,
  ...content,
];

const unread = (name: string, reason: RegExp, make: UnreadVector['bodyContent']): UnreadVector => ({
  row: 'meaning',
  name,
  reason,
  bodyContent: make,
});
const holding = (name: string, reason: RegExp, inner: string) =>
  unread(name, reason, ({ asked }) => delivery(asked, { content: inner }));

/** Signed by the registry and opened: what it says is held against the question, and is no answer to it. */
export const unreadVectors: readonly UnreadVector[] = [
  unread('the answer to another question', /^other-request$/, () => delivery({ messageId: randomUUID() })),
  unread('another ticket', /^other-ticket$/, ({ asked }) =>
    delivery(asked).replace(ticket, 'ASHK-999999999999'),
  ),
  unread('no ticket', /^xsd: /, ({ asked }) => delivery(asked).replace(/<Ticket>.*<\/Ticket>/, '')),
  holding('about somebody else', /^other-subject$/, ownership('K15307002M')),
  holding('about the same number of a business', /^other-subject$/, ownership().replaceAll('Nid>', 'Nuis>')),
  holding(
    'a property of somebody else',
    /^other-subject$/,
    ownership('J00101999W', 'true', propertyOfSomebodyElse),
  ),
  holding('found, and nothing there', /^schema: /, ownership('J00101999W', 'true')),
  holding(
    'not found, and something there',
    /^schema: /,
    ownership('J00101999W', 'false', propertyOfSomebodyElse),
  ),
  holding(
    'the answer to another kind of question',
    /^mapping: Ownership$/,
    `<PropertyCard>${propertyOfSomebodyElse}<AsOf>2026-03-02T09:14:27Z</AsOf></PropertyCard>`,
  ),
  holding('that it was only taken', /^xsd: /, `<Taken><Ticket>${ticket}</Ticket></Taken>`),
  holding(
    'that the registry is busy',
    /^callback: no-answer$/,
    '<RegistryFault><Code>BUSY</Code><Message>Later.</Message></RegistryFault>',
  ),
  holding(
    'a refusal that the contract does not know',
    /^xsd: /,
    '<RegistryFault><Code>GO_AWAY</Code><Message>No.</Message></RegistryFault>',
  ),
  holding('nothing', /^xsd: /, ''),
  holding(
    'an answer and a refusal',
    /^xsd: /,
    `${ownership()}<RegistryFault><Code>BAD_REQUEST</Code><Message>No.</Message></RegistryFault>`,
  ),
];
