/** The SDK: speak with a gateway, and consume its results. */
export { type Clock, systemClock } from '../clock.js';
export { type FileKey, fileSigner } from '../signing/file-signer.js';
export { type EventDecryptionKey, readDecryptionJwk } from '../signing/kafka-event/event-keys.js';
export type { RestChoice } from '../signing/profiles/index.js';
export type { SignatureAlgorithm, Signer, TrustedKey } from '../signing/signer.js';
export type {
  ApplicationDraft,
  ApplicationResource,
  ApplicationState,
  ApplicationStateReport,
  ApplicationStateValue,
  ApplicationValue,
} from './application-types.js';
export type {
  CaseDraft,
  CaseExchange,
  CaseExchangeState,
  CasePage,
  CaseReason,
  CaseResource,
  CaseState,
  CaseStep,
  CaseStepState,
  CaseValue,
  MissingEvidence,
} from './case-types.js';
export type { UraClientOptions } from './client-options.js';
export {
  type ApplicationsConsumer,
  type ApplicationsConsumerOptions,
  consumeApplications,
} from './consume-applications.js';
export type { EventsConsumer, EventsConsumerOptions } from './consume-events.js';
export { consumeResults, type ResultsConsumer, type ResultsConsumerOptions } from './consume-results.js';
export {
  type FieldProblem,
  type Refusal,
  type UnreachableCode,
  UraAnswerUntrusted,
  UraNotProduced,
  UraRefused,
  UraUnreachable,
} from './errors.js';
export type { EventSource, KafkaMessage } from './event-source.js';
export {
  createHttpTransport,
  type HttpTransport,
  TransportFailure,
  type TransportOptions,
  type WireAnswer,
  type WireRequest,
} from './http-transport.js';
export {
  type ApplicationEvent,
  type ApplicationStateEvent,
  type CaseEvent,
  type EventRefusalCode,
  EventRefused,
  type ResultEvent,
  type SubmissionRefusedEvent,
  type VerifiedEvent,
} from './read-event.js';
export { readWebhook, type VerifiedWebhook, type WebhookOptions } from './read-webhook.js';
export {
  makeSubmissionRecord,
  type RecordSink,
  RequestProducer,
  type RequestProducerOptions,
  type SubmissionRecord,
  type SubmissionSigning,
} from './request-producer.js';
export { type SeenEvents, seenInMemory } from './seen-events.js';
export { type SeenFile, seenInFile } from './seen-in-file.js';
export type {
  AdministrativeService,
  AdministrativeSummary,
  QueryService,
  ServiceFilter,
  ServiceName,
} from './service-types.js';
export type {
  ManualAnswer,
  OfficerTask,
  OfficerTaskPage,
  Receipt,
  RequestDraft,
  RequestPage,
  RequestResource,
  RequestResult,
  RequestState,
  RequestWarning,
  ResultValue,
  SubmissionRefusedValue,
} from './types.js';
export { type Submission, UraClient } from './ura-client.js';
