import type { Card, Text } from '../../config/catalogue-settings.js';

/** Names of the card's fields, in the order in which a card shows them. */
export const cardLabels: Readonly<Record<keyof Card, Text>> = {
  purpose: { sq: 'Qëllimi', en: 'Purpose' },
  offers: { sq: 'Çfarë ofron', en: 'What it offers' },
  beneficiaries: { sq: 'Përfituesit', en: 'Beneficiaries' },
  requiredDocuments: { sq: 'Dokumentet e nevojshme', en: 'Required documents' },
  whereToApply: { sq: 'Ku aplikohet', en: 'Where to apply' },
  onlineLevel: { sq: 'Niveli online (1–4)', en: 'Online level (1–4)' },
  fee: { sq: 'Tarifa', en: 'Fee' },
  time: { sq: 'Afati', en: 'Time' },
  output: { sq: 'Produkti', en: 'Output' },
  outputValidity: { sq: 'Vlefshmëria e produktit', en: 'Validity of the output' },
  pickUp: { sq: 'Marrja e produktit', en: 'Pick-up' },
  responsibleInstitution: { sq: 'Institucioni përgjegjës', en: 'Responsible institution' },
  contact: { sq: 'Kontakti', en: 'Contact' },
  complaint: { sq: 'Ankesa', en: 'Complaint' },
  legalBasis: { sq: 'Baza ligjore', en: 'Legal basis' },
};

/** Further words of the card. */
export const words = {
  field: { sq: 'fusha', en: 'field' },
  value: { sq: 'vlera', en: 'value' },
  origin: { sq: 'burimi', en: 'origin' },
  national: { sq: 'kombëtar', en: 'national' },
  municipality: { sq: 'bashkia', en: 'municipality' },
  group: { sq: 'grupi', en: 'group' },
  version: { sq: 'versioni', en: 'version' },
  illustrative: { sq: 'ilustrues', en: 'illustrative' },
  applicant: { sq: 'e sjell aplikanti', en: 'brought by the applicant' },
  gateway: { sq: 'merret nga regjistri', en: 'fetched from the registry' },
  workingDays: { sq: 'ditë pune', en: 'working days' },
  lek: { sq: 'lekë', en: 'lek' },
  evidence: { sq: 'Prova', en: 'Evidence' },
  leftOut: { sq: 'nuk kërkohet', en: 'left out' },
  forEach: { sq: 'për çdo', en: 'once for each of' },
  when: { sq: 'kur', en: 'when' },
  optional: { sq: 'fakultative', en: 'optional' },
  form: { sq: 'Formulari', en: 'Form' },
  required: { sq: 'e detyrueshme', en: 'required' },
  differs: { sq: 'me ndryshime vendore', en: 'with local differences' },
} as const satisfies Record<string, Text>;
