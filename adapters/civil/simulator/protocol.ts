import { uri as names, soapUri } from '../../soap/simulator/wire-names.js';

/** Target namespace of the contract, and the stem of its actions. */
export const civilNamespace = 'urn:al:ura:registry:civil:v1';

export const operations = ['GetPerson', 'GetFamilyComposition', 'GetCivilFact', 'GetResidence'] as const;
export type OperationName = (typeof operations)[number];

export const factKinds = ['BIRTH', 'MARRIAGE', 'DEATH'] as const;
export type FactKind = (typeof factKinds)[number];

/** `FaultCodeType` of civil.xsd. */
export const faultCodes = [
  'PERSON_NOT_FOUND',
  'FACT_NOT_FOUND',
  'IN_PAPER_BOOK',
  'BAD_REQUEST',
  'BUSY',
] as const;
export type FaultCode = (typeof faultCodes)[number];

/** SOAP 1.1 and everything around it. */
export const uri = { soap: soapUri['1.1'], ...names } as const;
