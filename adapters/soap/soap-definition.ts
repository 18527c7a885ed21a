import type { SoapVersion } from '../../src/signing/xml/names.js';
import type { Exchange, Operation } from '../adapter.js';
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
   * @returns `busy` when the registry says that it executed nothing, its refusal otherwise, undefined for a
   *   fault that is none of its contract's.
   */
  refusalOf(detail: unknown): RegistryRefusal | 'busy' | undefined;
}

export interface RegistryRefusal {
  /** The registry's own code. */
  readonly code: string;
  /** The registry's own words. */
  readonly message: string;
}

export interface SoapOperation extends Operation {
  /** Name in the WSDL. */
  readonly soapOperation: string;
  /** Value of `wsa:Action`, and of `SOAPAction` in SOAP 1.1. */
  readonly soapAction: string;
  /** `wsa:Action` of its answer. */
  readonly replyAction: string;
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
