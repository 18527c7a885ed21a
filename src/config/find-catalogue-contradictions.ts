import { readMunicipalities } from '../../contracts/municipalities.js';
import { effectiveSteps, unknownPlaceholders } from '../catalogue/effective-card.js';
import { type CompileForm, formProblems } from '../catalogue/form.js';
import { checkProcedure } from '../procedures/check-procedure.js';
import type { Expressions } from '../procedures/expression.js';
import type { MunicipalitySettings, QuerySettings, ServiceSettings, Step } from './catalogue-settings.js';
import type { Config } from './config.js';
import { repeated } from './find-contradictions.js';

/** What no single file of the catalogue can tell: procedures that cannot run, differences from nothing. */
export function findCatalogueContradictions(
  config: Config,
  compile: CompileForm,
  expressions: Expressions,
): string[] {
  const { services, groups, municipalities } = config;
  return [
    ...repeated(
      'group',
      groups.map(({ group }) => group),
    ),
    ...repeated(
      'municipality',
      municipalities.map(({ municipality }) => municipality),
    ),
    ...services.flatMap((service) =>
      serviceProblems(service, config, compile, expressions).map(
        (problem) => `catalogue: service ${service.code}: ${problem}`,
      ),
    ),
    ...municipalities.flatMap((settings) =>
      municipalityProblems(settings, config, expressions).map(
        (problem) => `municipalities: ${settings.municipality}: ${problem}`,
      ),
    ),
  ];
}

function serviceProblems(
  { card, procedure }: ServiceSettings,
  config: Config,
  compile: CompileForm,
  expressions: Expressions,
): string[] {
  return [
    ...placeholderProblems(card),
    ...formProblems(procedure.form, compile).map((problem) => `form: ${problem}`),
    ...checkProcedure(procedure, expressions),
    ...procedure.evidence.flatMap((step) => queryProblems(step, procedure.applicant, config)),
  ];
}

function municipalityProblems(
  settings: MunicipalitySettings,
  config: Config,
  expressions: Expressions,
): string[] {
  const { municipality, notOffered = [], offices, contact, services: overrides = {} } = settings;
  const national = new Map(config.services.map((service) => [service.code, service]));
  const isKnown = readMunicipalities().some(({ code }) => code === municipality);
  return [
    ...(isKnown ? [] : ['unknown municipality']),
    ...[...new Set([...notOffered, ...Object.keys(overrides)])]
      .filter((code) => !national.has(code))
      .map((code) => `service ${code} is not in the catalogue`),
    ...notOffered
      .filter((code) => Object.hasOwn(overrides, code))
      .map((code) => `service ${code} is not offered, and yet has settings of its own`),
    ...placeholderProblems([offices, contact]),
    ...Object.entries(overrides).flatMap(([code, { card, extraEvidence = [], withoutEvidence = [] }]) => {
      const service = national.get(code);
      if (service === undefined) return [];
      const { evidence, applicant } = service.procedure;
      return [
        ...placeholderProblems(card),
        ...withoutEvidence
          .filter((id) => !evidence.some((step) => step.id === id))
          .map((id) => `withoutEvidence: step ${id} is not in the procedure`),
        ...checkProcedure({ evidence: effectiveSteps(evidence, settings, code) }, expressions),
        ...extraEvidence.flatMap((step) => queryProblems(step, applicant, config)),
      ].map((problem) => `service ${code}: ${problem}`);
    }),
  ];
}

/** Whether the query that a step asks is there and takes what the step gives it. */
function queryProblems(
  { id, service, subject = 'applicant', when, parameters = {} }: Step,
  applicant: ServiceSettings['procedure']['applicant'],
  { queries, services }: Config,
): string[] {
  const query = queries.find(({ code }) => code === service);
  if (query === undefined) {
    return services.some(({ code }) => code === service)
      ? [`step ${id} asks ${service}, which is an administrative service: steps ask queries`]
      : [`step ${id} asks ${service}, which is in no file of queries`];
  }
  // A condition can keep the other kind of applicant away.
  const isAnyApplicant = subject.trim() === 'applicant' && when === undefined;
  const { properties, required } = parametersOf(query);
  return [
    ...(isAnyApplicant ? applicant.filter((scheme) => !query.subjectSchemes.includes(scheme)) : []).map(
      (scheme) =>
        `step ${id} asks ${service} about an applicant with ${scheme}, which the query does not take`,
    ),
    ...Object.keys(parameters)
      .filter((name) => !properties.has(name))
      .map((name) => `step ${id} gives ${service} parameter ${name}, which the query does not have`),
    ...required
      .filter((name) => !Object.hasOwn(parameters, name))
      .map((name) => `step ${id} does not give ${service} parameter ${name}, which the query needs`),
  ];
}

function parametersOf({ parameters }: QuerySettings) {
  const { properties = {}, required = [] } = parameters as {
    readonly properties?: object;
    readonly required?: readonly string[];
  };
  return { properties: new Set(Object.keys(properties)), required };
}

function placeholderProblems(value: unknown): string[] {
  return unknownPlaceholders(value).map(
    (name) => `{${name}} stands for nothing: there are {municipality} and {city}`,
  );
}
