import { verifyDetached } from '../signing/jws-detached.js';
import { check, checkLater, must } from './audit-check.js';
import type { AuditInput, Check } from './audit-input.js';
import { canonicalJson } from './canonical-json.js';

/** The receipt that the client was given, held against the rows. Nothing when none is given. */
export async function checkReceipt({ receipt, rows, request, keys, now }: AuditInput): Promise<Check[]> {
  if (receipt === undefined) return [];
  return [
    await checkLater('receipt: signature', async () => {
      const { signature, ...rest } = receipt;
      const bytes = Buffer.from(canonicalJson(rest));
      const { keyId } = await verifyDetached(signature, bytes, keys.gateway, {
        typ: 'ura-receipt+jws',
        now,
      }).catch((error: { code?: string }) => {
        throw new Error(`the signature does not hold: ${error.code ?? 'unexpected'}`);
      });
      return `verifies with ${keyId}`;
    }),
    check('receipt: request', () => {
      for (const [name, right] of [
        ['requestId', request.id],
        ['caseId', request.caseId],
        ['service', request.service],
        ['state', request.state],
      ] as const) {
        must(receipt[name] === right, `${name} is another than the request's`);
      }
      return `about this request, ${request.state}`;
    }),
    check('receipt: digests', () => {
      must(
        receipt.evidence.length === rows.length,
        `it lists ${receipt.evidence.length} of ${rows.length} rows`,
      );
      rows.forEach((row, index) => {
        const entry = receipt.evidence[index];
        const same =
          entry?.sequence === row.sequence &&
          entry.kind === row.kind &&
          entry.sha256 === row.sha256 &&
          entry.sizeBytes === row.sizeBytes &&
          entry.mediaType === row.mediaType &&
          entry.signedBy === row.signedBy &&
          Date.parse(entry.recordedAt) === row.recordedAt;
        must(same, `it says something else about #${row.sequence}`);
      });
      return `lists the same ${rows.length} rows`;
    }),
  ];
}
