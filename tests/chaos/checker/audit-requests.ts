import { readConfig } from '../../../src/config/read-config.js';
import { auditEvidence } from '../../../src/evidence/audit.js';
import { readAuditKeys } from '../../../src/evidence/audit-keys.js';
import { readAuditedRequest } from '../../../src/evidence/audit-store.js';
import { createEvidenceStore } from '../../../src/evidence/evidence-store.js';
import type { EventHeaders } from '../../../src/signing/event-signature.js';
import type { Database } from '../../../src/store/database.js';
import type { DatabaseFacts } from './read-database.js';
import type { Delivered } from './read-topics.js';
import type { Finding, RunFile } from './run-file.js';

/** Clocks of nodes may have been stepped: what was signed ahead of our time is no less signed. Milliseconds. */
const LOOKING_BACK_MS = 3_600_000;

/** What the audit says when times of evidence contradict each other. */
const aboutTime =
  /recorded before the row above|signed after it was recorded|not fresh when it was recorded|began before|ended after/;

/**
 * Has the product's own audit look at ended requests, each with the event that Kafka brought: signatures of client,
 * gateway and registry, and the bytes of the event.
 *
 * @returns what does not hold, and how many were looked at.
 */
export async function auditRequests(
  run: RunFile,
  database: Database,
  { matters }: DatabaseFacts,
  delivered: readonly Delivered[],
): Promise<{ findings: Finding[]; audited: number }> {
  if (run.audited === 0) return { findings: [], audited: 0 };
  const config = await readConfig(run.configFolder, { ...process.env, URA_DATA: run.dataFolder });
  const keys = await readAuditKeys(config, run.configFolder);
  const evidence = createEvidenceStore(database);
  // The first that was told about each: one too many is somebody else's finding.
  const eventOf = new Map([...delivered].reverse().map((record) => [record.headers.ce_subject, record]));
  const ended = [...matters.values()].filter(({ kind, ended }) => kind === 'request' && ended);
  const sample = spread(ended, run.audited);
  const findings: Finding[] = [];
  for (const { id } of sample) {
    const request = await readAuditedRequest(database, id);
    if (!request) continue;
    const event = eventOf.get(id);
    const checks = await auditEvidence({
      request,
      rows: await evidence.read(id),
      keys,
      now: Date.now() + LOOKING_BACK_MS,
      ...(event ? { event: { value: event.value, headers: event.headers as unknown as SignedHeaders } } : {}),
    });
    const failed = checks.find(({ ok, detail }) => !ok && !(run.clocksStepped && aboutTime.test(detail)));
    if (failed)
      findings.push({ kind: 'missing', about: id, what: `audit: ${failed.name}: ${failed.detail}` });
  }
  return { findings, audited: sample.length };
}

type SignedHeaders = EventHeaders & { readonly ce_signature: string };

/** So many of them, evenly over the whole. */
function spread<Item>(items: readonly Item[], wanted: number): Item[] {
  const step = Math.max(1, items.length / Math.max(1, wanted));
  const picked: Item[] = [];
  for (let at = 0; at < items.length && picked.length < wanted; at += step) {
    picked.push(items[Math.floor(at)] as Item);
  }
  return picked;
}
