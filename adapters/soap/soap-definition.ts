import type { SoapVersion } from '../../src/signing/xml/names.js';
import type { CallbackVerdict, Exchange, Operation } from '../adapter.js';
import type { SoapObject } from './soap-encoding.js';

/** Everything that tells one SOAP registry from another. Data and pure functions; the machinery is shared. */
export interface SoapDefinition {
  /** Name in the configuration and in metrics, for example `civil`. */
  readonly name: string;
  /** Bundled files, absolute. The WSDL may import files beside it. */
  readonly wsdlPath: string;
  /** Schema of every request, answer and fault detail. Imports nothing. */
  readonly xsdPath: string;
  readonly soapVersion: SoapVersion;
  /** `wsa:Action` of every fault. */
  readonly faultAction: string;
  readonly operations: readonly SoapOperation[];
  /**
   * Reads a fault's detail, which is valid by the schema.
   *
   * @returns `busy` when the registry says that it executed nothing, `manual` when it leaves the answer to a
   *   person, its refusal otherwise, undefined for a fault that is none of its contract's.
   */
  refusalOf(detail: unknown): RegistryRefusal | LeftToAPerson | 'busy' | undefined;
  /** Absent where every answer comes at once. */
  readonly later?: LateAnswers;
  /** Absent where the registry does not tell what became of a message id. */
  readonly status?: StatusQuestion;
}

/** How a registry is asked what became of a message id; each time under a message id of its own. */
export interface StatusQuestion extends MessagePair {
  /** @param question `urn:uuid:…`, as it stood in wsa:MessageID. */
  toRequest(question: string): SoapObject;
  /**
   * Reads the content of the answer, which is valid by the schema. Beside what is read here stands the stored answer,
   * or in its place what was the fault's detail.
   *
   * @throws {UnexpectedContent} when it does not say what it is about.
   */
  read(content: unknown): { readonly question: string; readonly isExecuted: boolean };
}

export interface RegistryRefusal {
  /** The registry's own code. */
  readonly code: string;
  /** The registry's own words. */
  readonly message: string;
}

/** The registry has it on paper only. */
export interface LeftToAPerson {
  readonly manual: {
    /** The registry's own code. */
    readonly code: string;
    /** Municipality whose officers can answer. Absent: the one that asked. */
    readonly office?: string;
  };
}

/** How a registry answers questions that it cannot answer at once. */
export interface LateAnswers {
  /**
   * Reads the content of any answer, which is valid by the schema.
   *
   * @returns undefined when it is the answer itself.
   */
  takenIn(content: unknown): Taken | undefined;
  /**
   * Which question a late answer says that it answers, whichever way it came.
   *
   * @throws {UnexpectedContent} when it does not say.
   */
  quotedIn(content: unknown): Quoted;
  /** Code of a refusal that is about the ticket and not about the question. */
  readonly ticketUnknown: string;
  /** Asked by us, again and again, each time under a message id of its own. */
  readonly poll: MessagePair & { toRequest(quoted: Quoted): SoapObject };
  /** Sent to us by the registry. */
  readonly callback: MessagePair & {
    /** Child of the request element that holds the message id of the question; read before the whole is valid. */
    readonly questionElement: string;
    /** Content of our answer when the late answer was stored. @param question as quoted, `urn:uuid:…`. */
    toAcknowledgement(question: string): SoapObject;
    /** XML of the only child of our fault's Detail. */
    toFault(verdict: Exclude<CallbackVerdict, 'taken'>): { readonly detail: string; readonly reason: string };
  };
}

/** The registry took the question. */
export interface Taken {
  readonly ticket: string;
  /** Milliseconds since the epoch: not worth asking before. */
  readonly notBefore?: number;
}

/** What a late answer repeats of its question. */
export interface Quoted {
  /** `urn:uuid:…`, as it stood in wsa:MessageID. */
  readonly messageId: string;
  readonly ticket: string;
}

/** Names of a request and its answer. */
export interface MessagePair {
  /** Name in the WSDL. */
  readonly soapOperation: string;
  /** Value of `wsa:Action`, and of `SOAPAction` in SOAP 1.1. */
  readonly soapAction: string;
  /** `wsa:Action` of its answer. */
  readonly replyAction: string;
}

export interface SoapOperation extends Operation, MessagePair {
  /**
   * Content of the request element.
   *
   * @throws {UnmappableRequest} for an exchange that the service's schema should have refused.
   */
  toRequest(exchange: Exchange): SoapObject;
  /**
   * Canonical JSON from the answer element's content, which is valid by the schema.
   *
   * @throws {UnexpectedContent} when it is not what the schema promises after all.
   */
  toEvidence(content: unknown): unknown;
  /**
   * Compares what was asked with what was answered: a registry that answers about somebody else, correctly
   * signed, has still not answered.
   *
   * @param evidence valid by the canonical schema.
   */
  mismatch(evidence: unknown, exchange: Exchange): Mismatch | undefined;
}

/** What the answer is about instead. */
export type Mismatch = 'other-subject' | 'other-fact';
