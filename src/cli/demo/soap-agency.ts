import { randomUUID } from 'node:crypto';
import { UraRefused } from '../../client/errors.js';
import type { RequestDraft } from '../../client/index.js';
import type { Clock } from '../../clock.js';
import { readConfig } from '../../config/read-config.js';
import { configFolderOf } from '../../environment.js';
import { fileSigner } from '../../signing/file-signer.js';
import { readPrivateKeyFile, readTrustedKeyFile } from '../../signing/key-files.js';
import {
  elementsOf,
  parseVerifiedBody,
  textOf,
  wssX509Integrity,
  type XmlElement,
} from '../../signing/wss-x509-integrity.js';
import { escapeText } from '../../signing/xml/escape.js';

/** An agency that only speaks SOAP. */
export interface SoapAgency {
  /**
   * Asks over SOAP 1.1, signed, and verifies the gateway's answer.
   *
   * @returns id of the request.
   * @throws {UraRefused} with the code of a signed fault.
   */
  ask(draft: RequestDraft, idempotencyKey: string): Promise<string>;
}

const namespace = 'urn:al:ura:gateway:v1';
const anonymous = 'http://www.w3.org/2005/08/addressing/anonymous';

/** Opens the agency of the configuration: the client whose key is a certificate. */
export async function openSoapAgency(
  variables: Readonly<Record<string, string | undefined>>,
  gatewayUrl: string,
  clock: Clock,
): Promise<SoapAgency> {
  const { clients, gateway } = await readConfig(configFolderOf(variables), variables);
  const certificateFile = clients.flatMap(({ keys }) => keys).find((file) => file.endsWith('.cert.pem'));
  if (certificateFile === undefined) throw new Error('no client of this configuration has a certificate');
  const keyFile = certificateFile.replace('.cert.', '.key.');
  const key = await readPrivateKeyFile(keyFile, { certificatePath: certificateFile });
  const { certificate } = gateway.keys.messages;
  const profile = wssX509Integrity({
    signer: fileSigner(key),
    trusted: [await readTrustedKeyFile(certificate, { partner: 'gateway' })],
    // One answer to one question: there is nothing that could be repeated to it.
    replaySet: { remember: async () => true },
    clock,
  });
  const to = `${gatewayUrl}/soap/v1`;
  return {
    async ask(draft, idempotencyKey) {
      const messageId = `urn:uuid:${randomUUID()}`;
      const bytes = await profile.signRequest({
        soapVersion: '1.1',
        bodyContent: bodyOf(draft, idempotencyKey),
        to,
        action: `${namespace}/SubmitRequest`,
        messageId,
      });
      const answer = await fetch(to, {
        method: 'POST',
        headers: { 'content-type': 'text/xml; charset=utf-8' },
        body: Buffer.from(bytes),
        signal: AbortSignal.timeout(30_000),
      });
      const verified = await profile.verifyAnswer(Buffer.from(await answer.arrayBuffer()), {
        soapVersion: '1.1',
        to: anonymous,
        actions: [`${namespace}/SubmitRequestResponse`, `${namespace}/Fault`],
        relatesTo: messageId,
      });
      const payload = elementsOf(parseVerifiedBody(verified.body))?.[0];
      const id = textAt(payload, 'Request', 'Id');
      if (id !== undefined) return id;
      const code = textAt(payload, 'detail', 'GatewayFault', 'Code') ?? 'unknown';
      throw new UraRefused({
        status: answer.status,
        code,
        detail: 'The gateway answered with a fault.',
        errors: [],
        requestId: undefined,
        retryAfterSeconds: undefined,
        verified: true,
      });
    },
  };
}

function bodyOf(draft: RequestDraft, idempotencyKey: string): string {
  const { service, subject, purpose, legalBasis, requester, caseId } = draft;
  const leaf = (name: string, text: string): string => `<${name}>${escapeText(text)}</${name}>`;
  const about = leaf('Scheme', subject.scheme) + leaf('Notation', subject.notation);
  const by =
    leaf('Organisation', requester.organisation) +
    leaf('Officer', requester.officer) +
    leaf('Unit', requester.unit);
  return (
    `<SubmitRequest xmlns="${namespace}">${leaf('IdempotencyKey', idempotencyKey)}${leaf('Service', service)}` +
    `<Subject>${about}</Subject>${leaf('Purpose', purpose)}${leaf('LegalBasis', legalBasis)}` +
    `<Requester>${by}</Requester>${leaf('CaseId', caseId)}</SubmitRequest>`
  );
}

function textAt(root: XmlElement | undefined, ...path: string[]): string | undefined {
  const found = path.reduce<XmlElement | undefined>(
    (at, local) => at && (elementsOf(at) ?? []).find((each) => each.local === local),
    root,
  );
  return found && textOf(found);
}
