/** What one message may hold. Each limit is reached before the message has cost more than a few milliseconds. */
export interface XmlLimits {
  /** Of the message as it came. Default 2 MB. */
  readonly bytes: number;
  /** Elements inside each other. Default 64. */
  readonly depth: number;
  /** Default 20 000. */
  readonly elements: number;
  /** Of one element, namespace declarations included. Default 64. */
  readonly attributesPerElement: number;
  /** Of the whole message, namespace declarations not included. Default 20 000. */
  readonly attributes: number;
  /** In force at one place. Default 64. */
  readonly namespacesInScope: number;
  /** Declarations in the whole message. Default 4 000. */
  readonly namespaces: number;
  /** Different prefixes that the whole message declares. Default 128. */
  readonly prefixes: number;
  /** Bytes of one attribute value or namespace name, as written. Default 8 192. */
  readonly attributeLength: number;
  /** Bytes of one run of text, as written: an attached document in base64 must fit. Default 1 900 000. */
  readonly textLength: number;
  /** References of the Signature in the Security header. Default 10. */
  readonly references: number;
}

export const defaultXmlLimits: XmlLimits = {
  bytes: 2 * 1024 * 1024,
  depth: 64,
  elements: 20_000,
  attributesPerElement: 64,
  attributes: 20_000,
  namespacesInScope: 64,
  namespaces: 4_000,
  prefixes: 128,
  attributeLength: 8_192,
  textLength: 1_900_000,
  references: 10,
};
