import type { Server } from 'node:http';
import { createEvidenceStore } from '../evidence/evidence-store.js';
import { createApp, createServer } from '../http/app.js';
import { createArchiveStore } from '../months/archive-store.js';
import { composeExchange } from './http.js';
import { composeOperatorExchange, type OperatorComposition } from './operators.js';

/** A scanned page or two in base64. */
const DEFAULT_DOCUMENT_BYTES = 4 * 1024 * 1024;

/** The HTTP server with both interfaces, clients' and operators'; it does not listen yet. */
export async function composeServer(
  parts: Omit<OperatorComposition, 'limits' | 'archive' | 'evidence'>,
): Promise<Server> {
  const { live, database, ids, observe, readiness } = parts;
  const { gateway, clients } = live.current().config;
  const complete: OperatorComposition = {
    ...parts,
    limits: {
      bytes: gateway.http.bodyLimitBytes,
      documentBytes: gateway.http.documentLimitBytes ?? DEFAULT_DOCUMENT_BYTES,
      timeoutMs: gateway.http.bodyTimeoutMs,
    },
    archive: createArchiveStore(database),
    evidence: createEvidenceStore(database),
  };
  const app = createApp({
    exchange: await composeExchange(complete),
    operatorExchange: await composeOperatorExchange(complete),
    nextId: () => ids.next(),
    onError: observe.lastResort,
    stopping: readiness.stopping,
  });
  const { tls } = live.keys.current();
  const asksForCertificate = clients.some(({ mtls }) => mtls !== undefined);
  return createServer(app, tls && { ...tls, asksForCertificate });
}
