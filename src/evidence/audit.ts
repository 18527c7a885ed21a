import { checkClientMessages } from './audit-client-messages.js';
import type { AuditInput, Check } from './audit-input.js';
import { checkOfficerAnswer } from './audit-officer-answer.js';
import { checkOperatorActions } from './audit-operator-action.js';
import { checkOutage } from './audit-outage.js';
import { checkReceipt } from './audit-receipt.js';
import { checkRegistryMessages } from './audit-registry-messages.js';
import { checkResult } from './audit-result.js';
import { checkRows } from './audit-rows.js';

/**
 * Holds the evidence of one request against itself and against the pinned keys, without believing anything that
 * the gateway concluded: digests, gaps, the signatures of the client, of an officer who answered by hand and of
 * operators, both signatures of every exchange with a registry (SOAP by xml-crypto, REST and submissions over Kafka by
 * its own reading: not what verified them when they came), the result, the event and the receipt.
 *
 * What it cannot see: rows that were never written, and a database that was replaced as a whole together with the
 * gateway's keys. Against that stand receipts that clients keep.
 *
 * @returns every check, in the order of the exchange; the evidence holds when all are `ok`.
 */
export async function auditEvidence(input: AuditInput): Promise<Check[]> {
  const ordered = { ...input, rows: [...input.rows].sort((left, right) => left.sequence - right.sequence) };
  return [
    ...checkRows(ordered),
    ...(await checkClientMessages(ordered)),
    ...(await checkRegistryMessages(ordered)),
    ...checkOfficerAnswer(ordered),
    ...checkOutage(ordered),
    ...(await checkOperatorActions(ordered)),
    ...(await checkResult(ordered)),
    ...(await checkReceipt(ordered)),
  ];
}
