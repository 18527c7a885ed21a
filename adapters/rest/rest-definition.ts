import type { Exchange, Operation } from '../adapter.js';

/** Everything that tells one REST registry from another. Data and pure functions; the machinery is shared. */
export interface RestDefinition {
  /** Name in the configuration and in metrics, for example `tax`. */
  readonly name: string;
  /** Bundled OpenAPI document, absolute. What it does not declare does not exist. */
  readonly openapiPath: string;
  readonly operations: readonly RestOperation[];
}

export interface RestOperation extends Operation {
  /** `operationId` in the OpenAPI document. */
  readonly operationId: string;
  /**
   * The registry's own words for the question; `messageId` and `context` are added to them.
   *
   * @throws {UnmappableRequest} for an exchange that the service's schema should have refused.
   */
  toQuestion(exchange: Exchange): Readonly<Record<string, unknown>>;
  /** Canonical JSON from the content of a 200, which is valid by the document's schema. A pure function. */
  toEvidence(content: unknown): unknown;
  /**
   * Compares what was asked with what was answered: a registry that answers about somebody else, correctly
   * signed, has still not answered.
   *
   * @param evidence valid by the canonical schema.
   */
  mismatch(evidence: unknown, exchange: Exchange): Mismatch | undefined;
}

/** How an answer differs from its question. */
export type Mismatch = 'other-subject' | 'other-fact' | 'more-than-asked' | 'less-than-asked';

/** Names that mean the same at every REST registry; its document declares them like any other. */
export const wellKnown = {
  /** `operationId` of the question for an answer that was promised (202); absent where nothing comes late. */
  statusOperation: 'getAnswer',
  /** `operationId` of the question what became of a message id; absent where the registry does not tell. */
  executionOperation: 'getExecution',
  /** Code of its answer that the message id was not executed so far. */
  notExecuted: 'NOT_EXECUTED',
  /** Code of a question that is not valid. */
  badRequest: 'BAD_REQUEST',
  /** Code of a signed 503: the registry executed nothing. */
  busy: 'BUSY',
  /** Code of a refusal of the status operation: not about the question itself. */
  ticketUnknown: 'TICKET_UNKNOWN',
} as const;
