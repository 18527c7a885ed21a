import { randomUUID } from 'node:crypto';
import type { Adapter, CallbackMessage, Exchange } from '../../../adapters/adapter.js';
import { propertyNamespace } from '../../../adapters/property/definition.js';
import type { OutgoingRequest, WssX509Integrity } from '../../../src/signing/wss-x509-integrity.js';
import { makePartners, type Partners, profileOf, trusted } from '../../adapters/partners.js';
import { callbackUrl, connect, question } from '../../adapters/property/simulated-registry.js';

export const ticket = 'ASHK-0123456789AB';
const namespace = propertyNamespace;

/** An open question, the gateway's adapter, and everybody's keys: the attacker has all but the registry's. */
export interface World {
  readonly partners: Partners;
  readonly adapter: Adapter;
  /** The question that is open; its answer is awaited under {@link ticket}. */
  readonly asked: Exchange;
  readonly registry: WssX509Integrity;
  readonly stranger: WssX509Integrity;
  /** A callback as the registry sends it, changed before it is signed. */
  deliver(changes?: Partial<OutgoingRequest>, signer?: WssX509Integrity): Promise<string>;
}

export async function makeWorld(): Promise<World> {
  const partners = await makePartners();
  const asked = question('ownership', { scheme: 'NID', notation: 'J00101999W' });
  const knowing = [trusted(partners.gateway, 'gateway')];
  const registry = profileOf(partners.registry, knowing);
  return {
    partners,
    asked,
    registry,
    stranger: profileOf(partners.stranger, knowing),
    // Nobody listens there: this adapter is only called.
    adapter: await connect({ soapUrl: 'http://127.0.0.1:9/soap' }, partners),
    async deliver(changes = {}, signer = registry) {
      const bytes = await signer.signRequest({
        soapVersion: '1.2',
        bodyContent: delivery(asked),
        to: callbackUrl,
        action: `${namespace}/DeliverAnswer`,
        messageId: `urn:uuid:${randomUUID()}`,
        ...changes,
      });
      return Buffer.from(bytes).toString();
    },
  };
}

/** As HTTP hands it over. */
export function received(body: string | Uint8Array, changes: Partial<CallbackMessage> = {}): CallbackMessage {
  return {
    method: 'POST',
    targetUri: callbackUrl,
    headers: ['Content-Type', `application/soap+xml; charset=utf-8; action="${namespace}/DeliverAnswer"`],
    body: Buffer.from(body),
    ...changes,
  };
}

/** What DeliverAnswer holds; the parts can be exchanged. */
export function delivery(
  { messageId }: Pick<Exchange, 'messageId'>,
  parts: { readonly quoted?: string; readonly content?: string } = {},
): string {
  const {
    quoted = `<RequestMessageId>urn:uuid:${messageId}</RequestMessageId><Ticket>${ticket}</Ticket>`,
    content = ownership(),
  } = parts;
  return `<DeliverAnswer xmlns="${namespace}">${quoted}${content}</DeliverAnswer>`;
}

export function ownership(nid = 'J00101999W', found = 'false', properties = ''): string {
  return (
    `<Ownership><Query><Nid>${nid}</Nid></Query><Found>${found}</Found>` +
    `<Properties>${properties}</Properties><AsOf>2026-03-02T09:14:27Z</AsOf></Ownership>`
  );
}

export const propertyOfSomebodyElse =
  '<Property><CadastralZone>8270</CadastralZone><PropertyNumber>8/638</PropertyNumber><Kind>HOUSE</Kind>' +
  '<AreaM2>98.50</AreaM2><Owners><Owner><Party><Nid>K15307002M</Nid><Name>Ana Hoxha</Name></Party>' +
  '<Share>1/1</Share></Owner></Owners><Encumbrances/><MunicipalityCode>53</MunicipalityCode></Property>';
