/** Target namespace of the contract, and the stem of its actions. */
export const civilNamespace = 'urn:al:ura:registry:civil:v1';

export const operations = ['GetPerson', 'GetFamilyComposition', 'GetCivilFact'] as const;
export type OperationName = (typeof operations)[number];

export const factKinds = ['BIRTH', 'MARRIAGE', 'DEATH'] as const;
export type FactKind = (typeof factKinds)[number];

/** `FaultCodeType` of civil.xsd. */
export const faultCodes = ['PERSON_NOT_FOUND', 'FACT_NOT_FOUND', 'BAD_REQUEST', 'BUSY'] as const;
export type FaultCode = (typeof faultCodes)[number];

/** SOAP 1.1, WS-Addressing 1.0, WS-Security 1.0 and XML Signature. */
export const uri = {
  soap: 'http://schemas.xmlsoap.org/soap/envelope/',
  wsa: 'http://www.w3.org/2005/08/addressing',
  anonymous: 'http://www.w3.org/2005/08/addressing/anonymous',
  wsse: 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd',
  wsu: 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd',
  x509v3: 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#X509v3',
  base64: 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary',
  ds: 'http://www.w3.org/2000/09/xmldsig#',
  exclusiveC14n: 'http://www.w3.org/2001/10/xml-exc-c14n#',
  sha256: 'http://www.w3.org/2001/04/xmlenc#sha256',
  rsaSha256: 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
  ecdsaSha256: 'http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256',
} as const;

/** Text as canonical XML writes it (C14N 1.0 §2.3). */
export function escapeText(text: string): string {
  return text.replace(/[&<>\r]/g, (character) => escapes[character] ?? character);
}

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '\r': '&#xD;' };
