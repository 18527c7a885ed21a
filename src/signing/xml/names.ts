/** Namespace and algorithm identifiers of SOAP, WS-Addressing, WS-Security and XML Signature. */

export const soapNamespaces = {
  '1.1': 'http://schemas.xmlsoap.org/soap/envelope/',
  '1.2': 'http://www.w3.org/2003/05/soap-envelope',
} as const;

/** Version of the SOAP envelope; the media type of the transport differs with it. */
export type SoapVersion = keyof typeof soapNamespaces;

export const wsaNamespace = 'http://www.w3.org/2005/08/addressing';
/** WS-Addressing 1.0 §3.2.1: the answer comes back on the same connection. */
export const wsaAnonymous = 'http://www.w3.org/2005/08/addressing/anonymous';

/** WS-Security 1.1, for SignatureConfirmation. */
export const wsse11Namespace = 'http://docs.oasis-open.org/wss/oasis-wss-wssecurity-secext-1.1.xsd';

const wss = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-';
export const wsseNamespace = `${wss}wssecurity-secext-1.0.xsd`;
export const wsuNamespace = `${wss}wssecurity-utility-1.0.xsd`;
export const base64Encoding = `${wss}soap-message-security-1.0#Base64Binary`;
export const x509v3ValueType = `${wss}x509-token-profile-1.0#X509v3`;
export const skiValueType = `${wss}x509-token-profile-1.0#X509SubjectKeyIdentifier`;

export const dsNamespace = 'http://www.w3.org/2000/09/xmldsig#';
/** Both the algorithm and the namespace of `InclusiveNamespaces`. Without comments. */
export const exclusiveC14n = 'http://www.w3.org/2001/10/xml-exc-c14n#';

export const xmlNamespace = 'http://www.w3.org/XML/1998/namespace';
export const xmlnsNamespace = 'http://www.w3.org/2000/xmlns/';
export const xsiNamespace = 'http://www.w3.org/2001/XMLSchema-instance';

const known: ReadonlyMap<string, string> = new Map(
  [
    ...Object.values(soapNamespaces),
    wsaNamespace,
    wsse11Namespace,
    wsseNamespace,
    wsuNamespace,
    dsNamespace,
    exclusiveC14n,
    xsiNamespace,
  ].map((uri) => [uri, uri]),
);

/**
 * The namespace name as this file writes it: the same object, so that later comparisons look at no characters.
 *
 * @returns undefined when it is none of those that a signed message is made of.
 */
export function knownNamespace(uri: string): string | undefined {
  return known.get(uri);
}
