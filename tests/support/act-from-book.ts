/** What an officer reads out of a paper book, as canonical evidence: what answers service AL012002 by hand. */
export function actFromBook(notation: string) {
  return {
    person: {
      identifier: { scheme: 'NID', notation },
      givenName: 'Arben',
      familyName: 'Prifti',
      sex: 'MALE',
      dateOfBirth: '1975-10-17',
      placeOfBirth: 'Divjakë',
      citizenship: 'ALB',
    },
    civilStatus: 'MARRIED',
    maritalEvents: [{ kind: 'MARRIAGE', date: '1999-06-12' }],
    fact: { kind: 'BIRTH', date: '1999-06-12', place: 'Divjakë' },
    registerReference: '20/1999/L/44',
    municipalityCode: '20',
    asOf: '2026-03-02T09:00:00Z',
    source: 'book',
  };
}
