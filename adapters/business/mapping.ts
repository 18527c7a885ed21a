import type {
  Address,
  BusinessExtract,
  BusinessParty,
  CompaniesOfAPerson,
  LegalEntity,
} from '../../contracts/canonical/types.js';
import type { Exchange } from '../adapter.js';
import { UnmappableRequest } from '../unmappable-request.js';
import type {
  Business,
  CompaniesOfPersonAnswer,
  Extract,
  ExtractQuestion,
  Owner,
  PersonQuestion,
  Seat,
} from './messages.js';

/** Between canonical JSON and `openapi/registries/business.yaml`. */

/**
 * Body of the operation `extract`.
 *
 * @throws {UnmappableRequest} when the subject is no business, or `historic` is neither true nor false.
 */
export function toExtractQuestion(exchange: Exchange): ExtractQuestion {
  const { scheme, notation } = exchange.subject;
  if (scheme !== 'NUIS') throw new UnmappableRequest('/subject/scheme');
  return { nuis: notation, historic: isHistoric(exchange) };
}

/** The parameter `historic`. Default false. */
export function isHistoric({ parameters }: Exchange): boolean {
  const { historic = false } = parameters;
  if (typeof historic !== 'boolean') throw new UnmappableRequest('/parameters/historic');
  return historic;
}

/**
 * Body of the operation `companies-of-person`.
 *
 * @throws {UnmappableRequest} when the subject is no person.
 */
export function toPersonQuestion({ subject }: Exchange): PersonQuestion {
  // The shapes overlap: a business would be asked for as if it were a person.
  if (subject.scheme !== 'NID') throw new UnmappableRequest('/subject/scheme');
  return { nid: subject.notation };
}

export function toBusinessExtract(content: unknown): BusinessExtract {
  const { business, administrators, owners, entries, issuedAt } = content as Extract;
  return {
    entity: toLegalEntity(business),
    administrators: administrators.map(({ nid, name, since }) => ({
      person: { identifier: { scheme: 'NID', notation: nid }, name },
      since,
    })),
    shareholders: owners.map((owner) => ({ party: toParty(owner), sharePercent: owner.sharePercent })),
    status: business.status,
    ...(entries === undefined
      ? {}
      : { history: entries.map(({ date, kind, text }) => ({ date, kind, text })) }),
    asOf: issuedAt,
  };
}

export function toCompaniesOfPerson(content: unknown): CompaniesOfAPerson {
  const { nid, roles, issuedAt } = content as CompaniesOfPersonAnswer;
  return {
    person: { scheme: 'NID', notation: nid },
    companies: roles.map(({ business, role }) => ({ entity: toLegalEntity(business), role })),
    asOf: issuedAt,
  };
}

function toLegalEntity({ nuis, name, legalForm, status, registeredOn, seat }: Business): LegalEntity {
  return {
    legalIdentifier: { scheme: 'NUIS', notation: nuis },
    legalName: name,
    legalFormType: legalForm,
    legalEntityStatus: status,
    registrationDate: registeredOn,
    registeredAddress: toAddress(seat),
  };
}

function toAddress({ street, number, town, county, municipality }: Seat): Address {
  return {
    thoroughfare: street,
    locatorDesignator: number,
    postName: town,
    administrativeUnitLevel2: county,
    municipalityCode: municipality,
    fullAddress: `${street} ${number}, ${town}`,
  };
}

function toParty({ kind, number, name }: Owner): BusinessParty {
  return { identifier: { scheme: kind === 'PERSON' ? 'NID' : 'NUIS', notation: number }, name };
}
