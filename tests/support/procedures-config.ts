import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CaseDraft } from '../../src/client/index.js';
import type { MunicipalitySettings, ServiceSettings, Step } from '../../src/config/catalogue-settings.js';
import { configCopy } from './config-copy.js';

/** Family, then one person record per member, beside two acts: nine questions for a family of six. */
export const housingSteps: readonly Step[] = [
  {
    id: 'residents',
    name: { sq: 'Banorët', en: 'Residents' },
    service: 'AL012001',
    forEach: '[applicant] + steps.family.evidence.members.map(m, m.person.identifier)',
    maxItems: 10,
    subject: 'item',
  },
  { id: 'family', name: { sq: 'Familja', en: 'Family' }, service: 'AL012031', validForDays: 90 },
  { id: 'birth', service: 'AL012002', parameters: { factKind: "'BIRTH'" } },
  {
    id: 'marriage',
    service: 'AL012002',
    when: 'has(form.married) && form.married',
    parameters: { factKind: "'MARRIAGE'" },
    optional: true,
  },
];

type Changes = Partial<Pick<ServiceSettings, 'code' | 'name'>> & { readonly evidence?: readonly Step[] };

/** An administrative service; its card is filled in by {@link configWithProcedures}. */
export function housing(changes: Changes = {}) {
  const { evidence = housingSteps, ...rest } = changes;
  return {
    code: 'AL990001',
    name: { sq: 'Strehim social', en: 'Social housing' },
    procedure: {
      purpose: 'social-housing',
      legalBasis: 'Ligji 22/2018 për strehimin social, neni 26',
      applicant: ['NID'],
      form: {
        type: 'object',
        additionalProperties: false,
        required: ['householdSize'],
        properties: {
          householdSize: {
            type: 'integer',
            minimum: 1,
            maximum: 20,
            title: 'Size',
            'x-title-sq': 'Madhësia',
          },
          married: { type: 'boolean', title: 'Married', 'x-title-sq': 'I martuar' },
          'a/b~c': { type: 'string', maxLength: 3, title: 'Odd', 'x-title-sq': 'Tek' },
        },
      },
      evidence,
    },
    ...rest,
  };
}

/** The configuration that comes with Ura, with procedures to test, and a lease and polls as short as a test is. */
export async function configWithProcedures(services: readonly object[] = [housing()]) {
  const config = await configCopy({
    'gateway.json': (content) => ({
      ...content,
      dispatch: { leaseMs: 1500, pollMs: 100, defaultDeadlineMinutes: 10 },
    }),
  });
  const json = async (file: string) => JSON.parse(await readFile(join(config.folder, file), 'utf8'));
  const { services: real } = (await json('catalogue/housing.json')) as { services: ServiceSettings[] };
  const write = (present: readonly object[]): Promise<void> =>
    writeFile(
      join(config.folder, 'catalogue', 'testing.json'),
      JSON.stringify({
        group: 'testing',
        name: { sq: 'Prova', en: 'Tests' },
        services: present.map((service) => ({ ...service, card: real[0]?.card })),
      }),
    );
  const fier = (await json('municipalities/21.json')) as MunicipalitySettings;
  const notOffered = [...(fier.notOffered ?? []), 'AL990001'];
  await writeFile(join(config.folder, 'municipalities', '21.json'), JSON.stringify({ ...fier, notOffered }));
  await write(services);
  return { ...config, write };
}

/** An application for social housing. */
export function application(nid: string, changes: Partial<CaseDraft> = {}): CaseDraft {
  return {
    applicant: { scheme: 'NID', notation: nid },
    form: { householdSize: 6, married: true },
    requester: { organisation: 'Bashkia Divjakë', officer: 'e.hoxha', unit: 'Zyra me një ndalesë' },
    caseId: 'DIV-CASE-1',
    ...changes,
  };
}
