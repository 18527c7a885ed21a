/** Target namespace of the contract, and the stem of its actions. */
export const propertyNamespace = 'urn:al:ura:registry:property:v1';

/** What others ask the registry. */
export const operations = [
  'GetOwnership',
  'GetPropertyCard',
  'RegisterProhibition',
  'GetExecution',
  'GetAnswer',
] as const;
export type OperationName = (typeof operations)[number];

/** `FaultCodeType` of property.xsd. */
export const faultCodes = ['PROPERTY_NOT_FOUND', 'TICKET_UNKNOWN', 'BAD_REQUEST', 'BUSY'] as const;
export type FaultCode = (typeof faultCodes)[number];
