import { setTimeout as wait } from 'node:timers/promises';
import type { Clock } from '../../../src/clock.js';
import type { Ids } from '../../../src/ids.js';
import { onlyChild, parseXml, textOf } from '../../soap/simulator/read-xml.js';
import type { SignMessage } from '../../soap/simulator/sign-message.js';
import type { Verification } from '../../soap/simulator/verify-message.js';
import { soapMediaTypes, soapUri } from '../../soap/simulator/wire-names.js';
import type { LateMatter, LateMatters } from './late-matters.js';
import { propertyNamespace } from './protocol.js';

export interface DeliveryParts {
  readonly matters: LateMatters;
  /** Where answers are brought to, and what wsa:To says. */
  readonly callbackUrl: string;
  /** Pause before an answer that nobody acknowledged is brought again, milliseconds. */
  readonly repeatMs: number;
  readonly sign: SignMessage;
  /** Verifies what the other side says to it. */
  readonly verify: (text: string, relatesTo: string) => Verification;
  /** XML of DeliverAnswer. */
  readonly payloadOf: (matter: LateMatter) => string;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly closing: AbortSignal;
}

/**
 * Brings a late answer when it is ready, and again until the other side has said something to it that is signed:
 * that it took it, or why it does not. Each time it is a new message with an id of its own.
 */
export async function deliver(parts: DeliveryParts, matter: LateMatter): Promise<void> {
  const { matters, clock, closing } = parts;
  try {
    await wait(Math.max(0, matter.readyAt - clock.now()), undefined, { signal: closing });
    for (;;) {
      const verdict = await bring(parts, matter);
      if (verdict !== undefined) return matters.delivered(matter.messageId, verdict);
      await wait(parts.repeatMs, undefined, { signal: closing });
    }
  } catch (error) {
    // The registry closes; what it owes stands in its file.
    if (!closing.aborted) throw error;
  }
}

async function bring(parts: DeliveryParts, matter: LateMatter): Promise<string | undefined> {
  const { callbackUrl, sign, verify, payloadOf, clock, ids, closing } = parts;
  const messageId = `urn:uuid:${ids.next()}`;
  const action = `${propertyNamespace}/DeliverAnswer`;
  const body = sign({
    soapVersion: '1.2',
    payload: payloadOf(matter),
    action,
    to: callbackUrl,
    messageId,
    createdAt: clock.now(),
  });
  const type = `${soapMediaTypes['1.2']}; charset=utf-8; action="${action}"`;
  const headers = { 'content-type': type };
  try {
    const response = await fetch(callbackUrl, {
      method: 'POST',
      headers,
      body,
      redirect: 'error',
      signal: AbortSignal.any([closing, AbortSignal.timeout(10_000)]),
    });
    const said = verify(await response.text(), messageId);
    return said.ok ? verdictIn(said.message.payload) : undefined;
  } catch {
    // Nobody there, or no answer: not acknowledged.
    return undefined;
  }
}

/** TAKEN, or the code of the fault. @throws {Error} for anything else. */
function verdictIn(payload: string): string | undefined {
  const root = parseXml(payload);
  if (root.namespaceURI === propertyNamespace && root.localName === 'DeliverAnswerResponse') return 'TAKEN';
  const detail = onlyChild(root, soapUri['1.2'], 'Detail');
  const fault = onlyChild(detail, propertyNamespace, 'DeliveryFault');
  return textOf(onlyChild(fault, propertyNamespace, 'Code'));
}
