/**
 * The canonical contracts as TypeScript types.
 * Generated from contracts/canonical/*.schema.json by scripts/generate-types.mjs; do not edit.
 */

/**
 * A postal address in Albania.
 */
export interface Address {
  /**
   * Street or village road.
   */
  thoroughfare?: string;
  /**
   * House number, entrance, flat.
   */
  locatorDesignator?: string;
  /**
   * Four digits.
   */
  postCode?: string;
  /**
   * Town or village.
   */
  postName: string;
  /**
   * The county (qark).
   */
  administrativeUnitLevel2: string;
  /**
   * Two digits, 01 to 61.
   */
  municipalityCode: string;
  /**
   * The address on one line, as the registry writes it.
   */
  fullAddress: string;
}
/**
 * What the business register says about one business.
 */
export interface BusinessExtract {
  entity: LegalEntity;
  /**
   * Who acts for the business.
   *
   * @maxItems 100
   */
  administrators: Administrator[];
  /**
   * Who owns the business.
   *
   * @maxItems 1000
   */
  shareholders: Shareholder[];
  /**
   * That of the entity, at the moment of asOf.
   */
  status: 'ACTIVE' | 'SUSPENDED' | 'DEREGISTERED';
  /**
   * What was entered since the registration; there exactly when a historic extract was asked for.
   *
   * @maxItems 1000
   */
  history?: RegisterEntry[];
  /**
   * The moment that the evidence describes, in UTC.
   */
  asOf: string;
}
/**
 * A business as the business register knows it.
 */
export interface LegalEntity {
  legalIdentifier: Identifier;
  /**
   * The name in the register.
   */
  legalName: string;
  /**
   * Kind of business.
   */
  legalFormType: 'SOLE_TRADER' | 'LIMITED_LIABILITY' | 'JOINT_STOCK' | 'PARTNERSHIP';
  /**
   * Whether the business is active.
   */
  legalEntityStatus: 'ACTIVE' | 'SUSPENDED' | 'DEREGISTERED';
  /**
   * Calendar date of the registration.
   */
  registrationDate: string;
  registeredAddress: Address;
}
/**
 * An identifier together with its scheme. The shapes of NID and NUIS overlap, so one never stands without the other.
 */
export interface Identifier {
  /**
   * NID: person. NUIS: business. PROPERTY: cadastral zone and property number, joined by a slash.
   */
  scheme: 'NID' | 'NUIS' | 'PROPERTY';
  /**
   * The identifier itself. The check letter of a NID or NUIS is not part of the contract; a wrong one gives a warning.
   */
  notation: string;
  /**
   * The body that issues identifiers of this scheme.
   */
  issuedBy?: string;
}
/**
 * One person and since when.
 */
export interface Administrator {
  person: BusinessParty;
  /**
   * Calendar date of the appointment.
   */
  since: string;
}
/**
 * A person or a business that takes part in a business.
 */
export interface BusinessParty {
  identifier: Identifier;
  /**
   * Full name, or legal name.
   */
  name: string;
}
/**
 * One owner and their share.
 */
export interface Shareholder {
  party: BusinessParty;
  /**
   * Percent of the capital.
   */
  sharePercent: number;
}
/**
 * One entry.
 */
export interface RegisterEntry {
  /**
   * Calendar date of the entry.
   */
  date: string;
  /**
   * What was entered.
   */
  kind:
    | 'REGISTRATION'
    | 'ADDRESS_CHANGE'
    | 'ADMINISTRATOR_CHANGE'
    | 'SHARE_TRANSFER'
    | 'SUSPENSION'
    | 'DEREGISTRATION';
  /**
   * The entry in the register's words.
   */
  text: string;
}
/**
 * Evidence of the operation GetCivilFact: the act of a birth, a marriage or a death.
 */
export interface CivilStatusRecord {
  person: Person;
  /**
   * At the moment of asOf.
   */
  civilStatus: 'SINGLE' | 'MARRIED' | 'DIVORCED' | 'WIDOWED';
  /**
   * In the order in which they happened.
   *
   * @maxItems 20
   */
  maritalEvents: MaritalEvent[];
  fact: Fact;
  /**
   * Where the act stands: municipality / year / L (birth), M (marriage) or V (death) / number of the act.
   */
  registerReference: string;
  /**
   * Of the office that holds the act. Two digits, 01 to 61.
   */
  municipalityCode: string;
  /**
   * The moment that the evidence describes, in UTC.
   */
  asOf: string;
  /**
   * register: the electronic register. book: transcribed from the paper book of the local office.
   */
  source: 'register' | 'book';
}
/**
 * A natural person as the civil status registry knows them.
 */
export interface Person {
  identifier: Identifier;
  /**
   * First name or names.
   */
  givenName: string;
  /**
   * Present surname.
   */
  familyName: string;
  /**
   * The father's given name.
   */
  patronymicName?: string;
  /**
   * As registered.
   */
  sex: 'MALE' | 'FEMALE';
  /**
   * Calendar date.
   */
  dateOfBirth: string;
  /**
   * Name of the place.
   */
  placeOfBirth: string;
  /**
   * Present only when a death is registered.
   */
  dateOfDeath?: string;
  /**
   * ISO 3166-1 alpha-3.
   */
  citizenship: string;
  domicile?: Address;
}
/**
 * A marriage, its divorce, or the death of the spouse.
 */
export interface MaritalEvent {
  /**
   * What happened.
   */
  kind: 'MARRIAGE' | 'DIVORCE' | 'SPOUSE_DEATH';
  /**
   * Calendar date.
   */
  date: string;
  /**
   * Name of the place.
   */
  place?: string;
  spouse?: RelatedPerson;
}
/**
 * Somebody named in an act; the identifier is absent where the act is older than the number.
 */
export interface RelatedPerson {
  identifier?: Identifier;
  /**
   * First name or names.
   */
  givenName: string;
  /**
   * Surname in the act.
   */
  familyName: string;
}
/**
 * The act that was asked for; of several marriages the latest.
 */
export interface Fact {
  /**
   * Which act.
   */
  kind: 'BIRTH' | 'MARRIAGE' | 'DEATH';
  /**
   * Calendar date of the event.
   */
  date: string;
  /**
   * Name of the place.
   */
  place: string;
  mother?: RelatedPerson;
  father?: RelatedPerson;
  spouse?: RelatedPerson;
}
/**
 * The businesses in which one person holds a role. An empty list is an answer: there are none.
 */
export interface CompaniesOfAPerson {
  person: Identifier;
  /**
   * One for each business and role.
   *
   * @maxItems 500
   */
  companies: RoleInACompany[];
  /**
   * The moment that the evidence describes, in UTC.
   */
  asOf: string;
}
/**
 * One business and what the person is in it.
 */
export interface RoleInACompany {
  entity: LegalEntity;
  /**
   * What the person is in the business.
   */
  role: 'ADMINISTRATOR' | 'SHAREHOLDER';
}
/**
 * What an ADISA counter has for a person or business: an appointment, the receipt of an application, or a document that was issued.
 */
export interface CounterDocument {
  subject: Identifier;
  /**
   * APPOINTMENT: a time at a counter. APPLICATION_RECEIPT: an application was taken. ISSUED_DOCUMENT: a document was handed out.
   */
  documentKind: 'APPOINTMENT' | 'APPLICATION_RECEIPT' | 'ISSUED_DOCUMENT';
  /**
   * By which the counter finds it.
   */
  reference: string;
  /**
   * As it is printed.
   */
  title: string;
  /**
   * The institution that answers for it.
   */
  issuedBy: string;
  /**
   * First day on which it may be used.
   */
  validFrom?: string;
  /**
   * Last day on which it may be used.
   */
  validUntil?: string;
  appointment?: Appointment;
  /**
   * The moment that the evidence describes, in UTC.
   */
  asOf: string;
}
/**
 * Where and when; there exactly for an appointment.
 */
export interface Appointment {
  /**
   * Centre and counter.
   */
  office: string;
  /**
   * When to be there, in UTC.
   */
  at: string;
}
/**
 * What is known about one piece of evidence in a case: about whom, from whom, how long valid, and what it proves. The content is not repeated; it stands in the answer to the request that is named.
 */
export interface Evidence {
  isAbout: Identifier;
  /**
   * The institution that answers for the content.
   */
  isIssuedBy: string;
  /**
   * Who put the evidence into the case.
   */
  isProvidedBy: string;
  /**
   * Name of the canonical schema of the content, or paper-document for what came on paper.
   */
  evidenceType: string;
  /**
   * The requirement of the service that the evidence proves, as on the service card.
   */
  supportsRequirement: string;
  validityPeriod?: ValidityPeriod;
  /**
   * The request whose answer the evidence is; absent for paper.
   */
  requestId?: string;
  /**
   * SHA-256 of the content, byte for byte, in hexadecimal.
   */
  sha256?: string;
}
/**
 * The days on which the evidence may be used.
 */
export interface ValidityPeriod {
  /**
   * First day.
   */
  startTime: string;
  /**
   * Last day; without it the evidence does not expire.
   */
  endTime?: string;
}
/**
 * Evidence of the operation GetFamilyComposition. The head is not repeated among the members; a person who lives alone is a head without members. The dead are not members.
 */
export interface FamilyComposition {
  head: Person;
  /**
   * Everybody in the family but the head.
   *
   * @maxItems 50
   */
  members: FamilyMember[];
  address: Address;
  /**
   * The moment that the evidence describes, in UTC.
   */
  asOf: string;
}
/**
 * One person and how they belong to the head.
 */
export interface FamilyMember {
  person: Person;
  /**
   * What the member is to the head.
   */
  relationToHead: 'SPOUSE' | 'SON' | 'DAUGHTER' | 'FATHER' | 'MOTHER' | 'OTHER';
}
/**
 * Evidence of the operation GetPerson.
 */
export interface PersonRecord {
  person: Person;
  /**
   * At the moment of asOf.
   */
  civilStatus: 'SINGLE' | 'MARRIED' | 'DIVORCED' | 'WIDOWED';
  /**
   * The moment that the evidence describes, in UTC.
   */
  asOf: string;
  /**
   * register: the electronic register. book: transcribed from the paper book of the local office.
   */
  source: 'register' | 'book';
}
/**
 * Evidence of the operation GetPropertyCard: one property, by cadastral zone and number.
 */
export interface PropertyCard {
  property: Property;
  /**
   * The moment that the evidence describes, in UTC.
   */
  asOf: string;
}
/**
 * An immovable property as the cadastre knows it.
 */
export interface Property {
  /**
   * Four digits, a string.
   */
  cadastralZone: string;
  /**
   * Number in the zone, a string.
   */
  propertyNumber: string;
  /**
   * What it is used as.
   */
  kind: 'APARTMENT' | 'HOUSE' | 'PREMISES' | 'BUILDING_LAND' | 'AGRICULTURAL_LAND' | 'FOREST_OR_PASTURE';
  /**
   * Square metres.
   */
  areaM2: number;
  /**
   * Who owns the property, and which part of it.
   *
   * @minItems 1
   * @maxItems 200
   */
  owners: PropertyOwner[];
  /**
   * Rights of others over the property; empty when there are none.
   *
   * @maxItems 50
   */
  encumbrances: Encumbrance[];
  /**
   * Where the property lies. Two digits, 01 to 61.
   */
  municipalityCode: string;
}
/**
 * One owner.
 */
export interface PropertyOwner {
  party: Party;
  /**
   * Numerator and denominator; 1/1 is the whole.
   */
  share: string;
}
/**
 * Number and name as registered; the number is absent where the title is older than it.
 */
export interface Party {
  identifier?: Identifier;
  /**
   * Of the person or business.
   */
  name: string;
}
/**
 * A registered right of somebody else.
 */
export interface Encumbrance {
  /**
   * MORTGAGE, SEIZURE (by a bailiff or court), PROHIBITION (of disposal), EASEMENT or LEASE.
   */
  kind: 'MORTGAGE' | 'SEIZURE' | 'PROHIBITION' | 'EASEMENT' | 'LEASE';
  /**
   * Calendar date.
   */
  registeredOn: string;
  /**
   * Whose right it is, by name.
   */
  inFavourOf?: string;
}
/**
 * Evidence of the operation GetOwnership: everything that a person or business owns or shares. found is false and properties is empty for a party that owns nothing: the negative certificate.
 */
export interface PropertyOwnershipRecord {
  query: Identifier;
  /**
   * Whether the party owns anything.
   */
  found: boolean;
  /**
   * Each property of which the party owns at least a part.
   *
   * @maxItems 500
   */
  properties: Property[];
  /**
   * The moment that the evidence describes, in UTC.
   */
  asOf: string;
}
/**
 * Who asks. The officer is named from end to end.
 */
export interface Requester {
  /**
   * The institution that asks.
   */
  organisation: string;
  /**
   * Personal credential of the officer.
   */
  officer: string;
  /**
   * Office or counter of the institution.
   */
  unit: string;
}
/**
 * Evidence of the operation GetResidence: where a person is registered, and since when.
 */
export interface ResidenceRecord {
  person: Identifier;
  address: Address;
  /**
   * Calendar date from which the residence is registered.
   */
  since: string;
  /**
   * Of the residence. Two digits, 01 to 61.
   */
  municipalityCode: string;
  /**
   * The moment that the evidence describes, in UTC.
   */
  asOf: string;
}
/**
 * One matter of one applicant with a municipality: which service, who works on it, how far it is, and the evidence gathered for it.
 */
export interface ServiceCase {
  /**
   * The municipality's own name of the matter.
   */
  caseId: string;
  /**
   * AL and six digits, as in the catalogue.
   */
  serviceCode: string;
  /**
   * Of the municipality that decides. Two digits, 01 to 61.
   */
  municipalityCode: string;
  /**
   * The unit of the municipality (njësia administrative) where the matter belongs.
   */
  adminUnit?: string;
  /**
   * Number in the register of correspondence, once it has one.
   */
  protocolNumber?: string;
  applicant: Identifier;
  /**
   * COUNTER: one-stop shop of the municipality. ADISA: counter of ADISA. PORTAL: online. POST: by post.
   */
  channel: 'COUNTER' | 'ADISA' | 'PORTAL' | 'POST';
  /**
   * Personal credential of the officer who is in charge.
   */
  officer?: string;
  /**
   * Until when the law or the service card promises an answer, in UTC.
   */
  dueAt?: string;
  /**
   * RECEIVED: registered. IN_PROGRESS: being worked on. WAITING: for somebody outside the office. GRANTED and REFUSED: decided. WITHDRAWN: by the applicant.
   */
  state: 'RECEIVED' | 'IN_PROGRESS' | 'WAITING' | 'GRANTED' | 'REFUSED' | 'WITHDRAWN';
  /**
   * What was gathered for the case so far.
   *
   * @maxItems 200
   */
  evidence: Evidence[];
  /**
   * The moment that the evidence describes, in UTC.
   */
  asOf: string;
}
/**
 * Whether a person or a business owes taxes or dues to one authority. Without amounts, unless they were asked for.
 */
export interface TaxClearance {
  subject: Identifier;
  /**
   * The office to which the dues are owed.
   */
  authority: string;
  /**
   * CLEAR: nothing is owed. DEBT: something is owed.
   */
  status: 'CLEAR' | 'DEBT';
  /**
   * What is owed; there exactly when it was asked for, and empty for CLEAR.
   *
   * @maxItems 200
   */
  debts?: Debt[];
  /**
   * Last day on which the answer may be relied on.
   */
  validUntil: string;
  /**
   * The moment that the evidence describes, in UTC.
   */
  asOf: string;
}
/**
 * One due.
 */
export interface Debt {
  /**
   * Which tax or due.
   */
  kind: 'INCOME_TAX' | 'PROFIT_TAX' | 'VAT' | 'SOCIAL_INSURANCE' | 'PROPERTY_TAX' | 'LOCAL_FEE' | 'OTHER';
  /**
   * Year, or year and month.
   */
  period: string;
  /**
   * Albanian lek.
   */
  amount: number;
  /**
   * Calendar date on which it was due.
   */
  dueDate: string;
}
