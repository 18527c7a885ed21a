import { randomUUID } from 'node:crypto';
import { Agent, request as httpRequest } from 'node:http';
import { openOwnClient } from '../src/cli/own-client.js';
import { signRequest } from '../src/signing/http-sig/index.js';

/** What came back of the submissions that were offered. */
export interface Offered {
  readonly accepted: number;
  /** 503: more than could be done at once. */
  readonly turnedAway: number;
  /** No answer, or another one. */
  readonly failed: number;
  /** Of the accepted ones, sorted, milliseconds. */
  readonly latenciesMs: readonly number[];
  /** From the first to the last answer. */
  readonly seconds: number;
}

/**
 * Submits at a fixed rate, whatever comes back and however late: a slow gateway does not make the load smaller.
 *
 * Requests are signed as by the SDK; answers are read but not verified, so that the load costs little beside the
 * gateway on the same machine.
 */
export async function offerLoad(options: {
  readonly variables: Readonly<Record<string, string>>;
  readonly port: string;
  readonly nid: string;
  readonly perSecond: number;
  readonly seconds: number;
}): Promise<Offered> {
  const { signer } = await openOwnClient(options.variables, { municipality: '20' });
  const agent = new Agent({ keepAlive: true, maxSockets: 256 });
  const targetUri = `http://127.0.0.1:${options.port}/v1/requests`;
  const contentType = 'application/json';
  const latenciesMs: number[] = [];
  const counts = { accepted: 0, turnedAway: 0, failed: 0 };

  const submit = async (index: number): Promise<void> => {
    const body = Buffer.from(
      JSON.stringify({
        service: 'AL012031',
        subject: { scheme: 'NID', notation: options.nid },
        purpose: 'social-housing',
        legalBasis: 'Ligji 22/2018 për strehimin social, neni 26',
        requester: { organisation: 'Bashkia Divjakë', officer: 'e.hoxha', unit: 'Zyra me një ndalesë' },
        caseId: `LOAD-${index}`,
      }),
    );
    const since = performance.now();
    const fields = await signRequest({ method: 'POST', targetUri, contentType, body }, signer, {
      now: Date.now(),
      nonce: randomUUID(),
    });
    const headers = {
      'content-type': contentType,
      'content-length': String(body.length),
      'idempotency-key': randomUUID(),
      ...fields,
    };
    const status = await new Promise<number>((resolve) => {
      const sent = httpRequest(targetUri, { method: 'POST', agent, headers, timeout: 30_000 }, (answer) => {
        answer.resume();
        answer.on('end', () => resolve(answer.statusCode ?? 0));
      });
      sent.on('timeout', () => sent.destroy());
      sent.on('error', () => resolve(0));
      sent.end(body);
    });
    if (status === 202 || status === 200) {
      counts.accepted += 1;
      latenciesMs.push(performance.now() - since);
    } else if (status === 503) counts.turnedAway += 1;
    else counts.failed += 1;
  };

  const total = Math.round(options.perSecond * options.seconds);
  const startedAt = performance.now();
  const underWay: Promise<void>[] = [];
  while (underWay.length < total) {
    const due = Math.min(total, Math.ceil(((performance.now() - startedAt) / 1000) * options.perSecond));
    while (underWay.length < due) underWay.push(submit(underWay.length));
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  await Promise.all(underWay);
  agent.destroy();
  return {
    ...counts,
    latenciesMs: latenciesMs.sort((left, right) => left - right),
    seconds: (performance.now() - startedAt) / 1000,
  };
}
