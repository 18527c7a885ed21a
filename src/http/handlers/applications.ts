import type { Application } from '../../applications/application.js';
import { type ReportStateParts, reportState, type StateReportBody } from '../../applications/report-state.js';
import {
  type ApplicationBody,
  type SubmitApplicationParts,
  submitApplication,
} from '../../applications/submit-application.js';
import { UraError } from '../../errors.js';
import type { Call, Handler } from '../exchange.js';
import { senderOf } from './sender.js';
import { signatureProof } from './signature-proof.js';

/** Everything under `/v1/applications`. */
export function applicationHandlers(
  parts: SubmitApplicationParts & ReportStateParts,
): Record<string, Handler> {
  const visible = async (call: Call): Promise<Application> => {
    const { client } = senderOf(call);
    const application = await parts.store.find(call.operation.path.id as string);
    const isOwn = application?.clientId === client.id;
    const isFor = application?.municipality === client.municipality && parts.handles(client);
    // Others' applications are as unknown as ones that never were.
    if (!application || !(isOwn || isFor)) {
      throw new UraError('unknown-application', 'No application of this client has that id.');
    }
    return application;
  };

  return {
    submitApplication: async (call) => {
      const application = await submitApplication(parts, {
        id: call.id,
        client: senderOf(call).client,
        idempotencyKey: call.headers['idempotency-key'] as string,
        body: call.body as ApplicationBody,
        bodyBytes: call.bodyBytes,
        proof: signatureProof(call, 'POST'),
      });
      return {
        status: 202,
        headers: { location: `/v1/applications/${application.id}` },
        body: toResource(application),
      };
    },

    listApplications: async (call) => {
      const { client } = senderOf(call);
      const found = await parts.store.listByCase(client.id, call.operation.query.caseId as string, 100);
      return { status: 200, body: { items: found.map(toResource) } };
    },

    getApplication: async (call) => ({ status: 200, body: toResource(await visible(call)) }),

    getApplicationDocument: async (call) => {
      const application = await visible(call);
      const number = Number(call.operation.path.number);
      const entry = application.documents.find((document) => document.number === number);
      const bytes = entry && (await parts.store.document(application.id, number));
      if (!entry || !bytes)
        throw new UraError('unknown-application', 'The application has no such document.');
      return {
        status: 200,
        // Never shown by a browser as a page of this origin, whatever somebody attached.
        headers: { 'content-type': entry.mediaType, 'content-disposition': 'attachment' },
        bytes,
      };
    },

    reportApplicationState: async (call) => {
      const application = await reportState(parts, {
        client: senderOf(call).client,
        id: call.operation.path.id as string,
        body: call.body as StateReportBody,
        bodyBytes: call.bodyBytes,
        proof: signatureProof(call, 'PUT'),
      });
      return { status: 200, body: toResource(application) };
    },
  };
}

/** `Application` of `openapi/gateway.yaml`. */
function toResource(application: Application): Record<string, unknown> {
  const { clientId: _client, grant: _grant, submittedAt, updatedAt, history, ...shown } = application;
  const self = `/v1/applications/${application.id}`;
  return {
    ...shown,
    submittedAt: new Date(submittedAt).toISOString(),
    updatedAt: new Date(updatedAt).toISOString(),
    history: history.map((entry) => ({ ...entry, at: new Date(entry.at).toISOString() })),
    links: { self, documents: application.documents.map(({ number }) => `${self}/documents/${number}`) },
  };
}
