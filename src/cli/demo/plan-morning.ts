import type { ApplicationDraft, CaseDraft, RequestDraft } from '../../client/index.js';
import type { Cast } from './cast.js';
import { onePagePdf } from './paper.js';

/** A citizen's matter for which a procedure of the catalogue asks several registries. */
export interface PlannedCase {
  readonly kind: 'case';
  readonly draft: CaseDraft;
  /** The case ends so; an incomplete one because a registry said no with this code. */
  readonly expected: { readonly state: 'complete' } | { readonly state: 'incomplete'; readonly code: string };
  /** What is special about it. `adisa`: it is opened when the application of a counter comes in. */
  readonly special?: 'late' | 'by-hand' | 'adisa';
}

/** What an officer of ADISA takes in at a co-located counter. */
export interface PlannedApplication {
  readonly kind: 'application';
  readonly draft: ApplicationDraft;
  /** What the municipality reports, in order. */
  readonly states: readonly ('received' | 'in-review' | 'approved')[];
}

/** One question outside any case, of an agency that speaks SOAP. */
export interface PlannedQuestion {
  readonly kind: 'question';
  readonly draft: RequestDraft;
}

/** What the gateway has to turn away: a question that is not granted, or the very bytes of a matter sent again. */
export interface PlannedMisuse {
  readonly kind: 'misuse';
  readonly attempt: { readonly draft: RequestDraft } | { readonly replayOf: string };
  readonly expected: { readonly status: number; readonly code: string };
}

/** One line of the demo. */
export type Planned = {
  /** `01` to `16`. */
  readonly number: string;
  readonly caseId: string;
  /** Code of the administrative service, of a question that of the query. */
  readonly service: string;
  /** In a few words. */
  readonly what: string;
  readonly idempotencyKey: string;
} & (PlannedCase | PlannedApplication | PlannedQuestion | PlannedMisuse);

/** How many cases, and of how many services, the morning has. */
export const morning = { cases: 12, services: 8 } as const;

type Form = CaseDraft['form'];
type Line = readonly [
  service: string,
  what: string,
  applicant: string,
  form: Form,
  more?: { readonly expected?: PlannedCase['expected']; readonly special?: PlannedCase['special'] },
];

/** The twelve cases. The last is the one of which ADISA takes the application in. */
function casesOf({ people, owner, property, builder, hauliers, kindergarten, inBook }: Cast): Line[] {
  const [local, other] = hauliers;
  const housing = { householdSize: 6, monthlyIncomeLek: 38_000, selfEmployed: false };
  const act = { actKind: 'BIRTH', actYear: Number(inBook.dateOfBirth.slice(0, 4)) };
  const haulage = {
    goods: 'Perime dhe fruta',
    dangerousGoods: false,
    vehicles: [{ plate: 'AA 482 FR', seatsOrTonnes: 12, owned: true }],
  };
  return [
    [
      'AL020801',
      'building permit',
      owner,
      {
        cadastralZone: property.zone,
        propertyNumber: property.number,
        workKind: 'EXTENSION',
        floors: 2,
        builtAreaM2: 86,
        estimatedValueLek: 4_200_000,
        coOwnersConsent: true,
        builderNuis: builder,
      },
      { special: 'late' },
    ],
    ['AL020301', 'housing, family of six', people.headOfSix, { ...housing, currentHousing: 'RENTED' }],
    [
      'AL020301',
      'housing, lives alone',
      people.widow,
      { ...housing, householdSize: 1, currentHousing: 'RELATIVES' },
    ],
    ['AL020302', 'rent bonus, couple', inBook.nid, { ...housing, householdSize: 2, monthlyRentLek: 18_000 }],
    ['AL020302', 'rent bonus', people.single, { ...housing, householdSize: 1, monthlyRentLek: 15_000 }],
    [
      'AL020605',
      'haulage, seat in Fier',
      other.nuis,
      {
        ...haulage,
        drivers: [people.divorced],
        seatMunicipality: '21',
        managerNid: other.administrators[0]?.nid,
      },
    ],
    [
      'AL020605',
      'haulage, seat here',
      local.nuis,
      {
        ...haulage,
        drivers: [people.headOfSix, people.single],
        seatMunicipality: '20',
        managerNid: local.administrators[0]?.nid,
      },
    ],
    ['AL020702', 'pensioner, tax', people.widow, { pensionNumber: 'P-204417', livesAlone: true }],
    ['AL021102', 'document of ADISA', people.widow, { document: 'Vërtetim', heldByAdisa: true }],
    [
      'AL020104',
      'act in a paper book',
      inBook.nid,
      { ...act, personNid: inBook.nid, relation: 'SELF' },
      { special: 'by-hand' },
    ],
    [
      'AL020104',
      'act of nobody',
      people.single,
      { ...act, personNid: people.unknown, relation: 'PROXY' },
      { expected: { state: 'incomplete', code: 'PERSON_NOT_FOUND' } },
    ],
    [
      'AL020401',
      'kindergarten',
      kindergarten.parent,
      { childNid: kindergarten.child, kindergarten: 'Kopshti nr. 2', withMeals: true, bothParentsWork: true },
      { special: 'adisa' },
    ],
  ];
}

/**
 * The morning at Divjakë, and at the counter of ADISA in the same hall.
 *
 * @param run makes case ids and idempotency keys of this run unlike those of any other: 4 to 20 letters and digits.
 * @param organisation as configured for the municipality's client.
 */
export function planMorning(cast: Cast, run: string, organisation: string): Planned[] {
  const requester = { organisation, officer: 'e.hoxha', unit: 'Zyra me një ndalesë' };
  const named = (index: number) => {
    const number = String(index + 1).padStart(2, '0');
    return { number, idempotencyKey: `demo-${run}-${number}` };
  };
  const cases = casesOf(cast).map(([service, what, applicant, form, more = {}], index): Planned => {
    const caseId = more.special === 'adisa' ? `AD-${run}-1` : `DIV-${run}-${index + 1}`;
    const scheme = service === 'AL020605' ? 'NUIS' : 'NID';
    const draft: CaseDraft = { applicant: { scheme, notation: applicant }, form, requester, caseId };
    return {
      ...named(index),
      kind: 'case',
      caseId,
      service,
      what,
      draft,
      expected: more.expected ?? { state: 'complete' },
      ...(more.special ? { special: more.special } : {}),
    };
  });
  const atCounter = cases.at(-1) as Planned & PlannedCase;
  const first = cases[0] as Planned;
  const question: RequestDraft = {
    service: 'AL012031',
    subject: { scheme: 'NID', notation: cast.people.headOfSix },
    purpose: 'economic-aid',
    legalBasis: 'Ligji 57/2019 për asistencën sociale, neni 7',
    requester,
    caseId: `DIV-${run}-15`,
  };
  return [
    ...cases,
    {
      ...named(cases.length),
      kind: 'application',
      caseId: atCounter.caseId,
      service: atCounter.service,
      what: 'taken in by ADISA',
      states: ['received', 'in-review', 'approved'],
      draft: {
        municipality: '20',
        service: atCounter.service,
        caseId: atCounter.caseId,
        applicant: atCounter.draft.applicant,
        form: atCounter.draft.form,
        requester: { organisation: 'ADISA', officer: 'm.dervishi', unit: 'Qendra e integruar Divjakë' },
        documents: [
          document('vaksinimi.pdf', ['Karta e vaksinimit', 'Qendra shendetesore Divjake']),
          document('punesimi.pdf', ['Vertetim punesimi i prindit']),
        ],
      },
    },
    {
      ...named(cases.length + 1),
      kind: 'question',
      caseId: `SSS-${run}-1`,
      service: question.service,
      what: 'agency, by SOAP',
      draft: {
        ...question,
        caseId: `SSS-${run}-1`,
        requester: { organisation: 'Shërbimi Social Shtetëror', officer: 'b.gjoni', unit: 'Divjakë' },
      },
    },
    {
      ...named(cases.length + 2),
      kind: 'misuse',
      caseId: question.caseId,
      service: question.service,
      what: 'not granted',
      attempt: { draft: { ...question, purpose: 'advertising' } },
      expected: { status: 403, code: 'not-granted' },
    },
    {
      ...named(cases.length + 3),
      kind: 'misuse',
      caseId: first.caseId,
      service: first.service,
      what: `replay of ${first.number}`,
      attempt: { replayOf: first.idempotencyKey },
      expected: { status: 409, code: 'message-replayed' },
    },
  ];
}

function document(name: string, lines: readonly string[]) {
  return { name, mediaType: 'application/pdf', content: onePagePdf(lines).toString('base64') };
}
