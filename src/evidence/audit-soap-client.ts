import type { X509Certificate } from 'node:crypto';
import { check, must, rowName } from './audit-check.js';
import { readXmlBody } from './audit-dom.js';
import type { AuditInput, AuditRow, Check } from './audit-input.js';
import { type SignedParts, thumbprintOf, verifyXmlMessage } from './audit-xml.js';
import { clockSkewMs } from './clock-skew.js';

/** Target namespace of `contracts/gateway/gateway.xsd`. */
export const gatewayNamespace = 'urn:al:ura:gateway:v1';

/** As the profile allows, and the time for storing: a message that was fresh when it was taken. Milliseconds. */
const oldestMs = 5 * 60_000 + 30_000;

/** Whether a client sent it as a signed SOAP message. */
export function isSoapMessage({ meta }: Pick<AuditRow, 'meta'>): boolean {
  return meta.profile === 'wss-x509-integrity';
}

/** What a client asked, or withdrew, over SOAP: the whole envelope was kept, and xml-crypto verifies it again. */
export function checkSoapMessage(row: AuditRow, { keys, request }: AuditInput): Check[] {
  const withdraws = row.kind === 'cancellation';
  let signed: SignedParts | undefined;
  const signature = check(`${rowName(row)}: wss-x509-integrity`, () => {
    const client = keys.clients.find(
      ({ certificate }) => certificate !== undefined && thumbprintOf(certificate) === row.signedBy,
    );
    must(client?.certificate !== undefined, 'the certificate is not among the pinned ones of the clients');
    must(client.partner === request.clientId, 'the certificate belongs to another client');
    must(isInDates(client.certificate, row.recordedAt), 'the certificate was not valid when it was recorded');
    const verified = verifyXmlMessage(row.bytes, client.certificate, ['To', 'Action', 'MessageID']);
    const wanted = `${gatewayNamespace}/${withdraws ? 'CancelRequest' : 'SubmitRequest'}`;
    must(verified.textOf('Action') === wanted, 'it asks for another operation');
    const to = verified.textOf('To');
    must(to === row.meta.targetUri && new URL(to).pathname === '/soap/v1', 'it was sent to another place');
    const age = row.recordedAt - verified.createdAt;
    must(-clockSkewMs <= age && age <= oldestMs, 'it was not fresh when it was recorded');
    signed = verified;
    return `xml-crypto verifies it with the pinned certificate ${row.signedBy?.slice(0, 16)}… of ${client.partner}`;
  });
  const content = check(`${rowName(row)}: content`, () => {
    must(signed !== undefined, 'not looked at, because the signature does not hold');
    const body = readXmlBody(row.bytes);
    if (withdraws) {
      must(body.textOf(gatewayNamespace, 'Id') === request.id, 'it withdraws another request');
      return 'withdraws this request';
    }
    must(body.textOf(gatewayNamespace, 'CaseId') === request.caseId, 'it belongs to another case');
    must(body.textOf(gatewayNamespace, 'Service') === request.service, 'it asks for another service');
    return `${request.service} for the case of this request`;
  });
  return [signature, content];
}

function isInDates({ validFrom, validTo }: X509Certificate, at: number): boolean {
  return Date.parse(validFrom) <= at && at <= Date.parse(validTo);
}
