import { Ajv2020 } from 'ajv/dist/2020.js';
import { readMunicipalities } from '../../contracts/municipalities.js';
import { directionsOf, type RestChoice } from '../signing/profiles/index.js';
import {
  type ClientSettings,
  type Config,
  type GatewaySettings,
  INTAKE_HOURS,
  KEY_DAYS,
  type OperatorSettings,
} from './config.js';

/** What no single file can tell: references between files that lead nowhere, and names given twice. */
export function findContradictions(config: Config): string[] {
  const { clients, operators, policies, adapters, queries, services } = config;
  const ajv = new Ajv2020({ strict: true });
  const municipalities = new Set(readMunicipalities().map(({ code }) => code));
  return [
    ...repeated(
      'client id',
      clients.map((client) => client.id),
    ),
    ...repeated(
      'operator id',
      operators.map((operator) => operator.id),
    ),
    ...repeated(
      'policy for client',
      policies.map((policy) => policy.client),
    ),
    ...repeated(
      'adapter',
      adapters.map((adapter) => adapter.name),
    ),
    ...repeated(
      'service code',
      [...queries, ...services].map((service) => service.code),
    ),
    ...repeated(
      'grant id',
      policies.flatMap((policy) => [...policy.grants, ...(policy.manualAnswers ?? [])].map(({ id }) => id)),
    ),
    ...policies.flatMap((policy) =>
      (policy.manualAnswers ?? []).flatMap((grant) =>
        grant.services
          .filter((code) => !queries.some((query) => query.code === code))
          .map((code) => `policies: grant ${grant.id} names service ${code}, which is no query`),
      ),
    ),
    ...clients.flatMap((client) => contradictionsOf(client, config.gateway)),
    ...forgottenTooSoon(config),
    ...clients
      .filter(({ municipality }) => !/^[A-Z]{2}$/.test(municipality) && !municipalities.has(municipality))
      .map(({ id, municipality }) => `clients: ${id} belongs to unknown municipality ${municipality}`),
    ...operators.flatMap((operator) => strangersIn(operator, config, municipalities)),
    ...policies
      .filter((policy) => !clients.some((client) => client.id === policy.client))
      .map((policy) => `policies: there is no client ${policy.client}`),
    ...policies.flatMap((policy) =>
      policy.grants
        .filter((grant) => !queries.some((query) => query.code === grant.service))
        .map((grant) =>
          services.some((service) => service.code === grant.service)
            ? `policies: grant ${grant.id} names service ${grant.service}, which is an administrative service: grants are for queries`
            : `policies: grant ${grant.id} names service ${grant.service}, which is in no file of queries`,
        ),
    ),
    ...queries
      .filter((service) => !adapters.some((adapter) => adapter.name === service.adapter))
      .map(
        (service) =>
          `queries: service ${service.code} names adapter ${service.adapter}, which has no settings`,
      ),
    ...queries.flatMap((service) => {
      try {
        ajv.compile(service.parameters);
        return [];
      } catch (error) {
        return [`queries: parameters of service ${service.code}: ${(error as Error).message}`];
      }
    }),
  ];
}

/** What is still taken from Kafka must still be known as taken before: otherwise a repetition is executed anew. */
function forgottenTooSoon({ clients, gateway: { kafka, idempotencyKeys } }: Config): string[] {
  if (!clients.some(({ kafkaIntake }) => kafkaIntake === true)) return [];
  const takenHours = kafka.intake?.maxAgeHours ?? INTAKE_HOURS;
  const knownDays = idempotencyKeys?.retentionDays ?? KEY_DAYS;
  return (knownDays - 1) * 24 >= takenHours
    ? []
    : [
        `gateway: idempotencyKeys.retentionDays (${knownDays}) has to be at least a day longer than kafka.intake.maxAgeHours (${takenHours}), or a record that comes again is executed again`,
      ];
}

function contradictionsOf(
  { id, profile = 'http-sig', mtls, soap, kafkaIntake, nonrepudiation }: ClientSettings,
  { http }: GatewaySettings,
): string[] {
  const { question, answer } = directionsOf<RestChoice>(profile);
  return [
    // Neither is kept up on that way in, so it would be a way around them.
    ...(soap === true && (mtls !== undefined || nonrepudiation === true)
      ? [`clients: ${id}: soap goes with neither mtls nor nonrepudiation`]
      : []),
    ...(kafkaIntake === true && (mtls !== undefined || nonrepudiation === true)
      ? [`clients: ${id}: kafkaIntake goes with neither mtls nor nonrepudiation`]
      : []),
    ...(question.profile === answer.profile
      ? []
      : [
          `clients: ${id}: an answer by ${answer.profile} cannot be tied to a request by ${question.profile}`,
        ]),
    ...(mtls === undefined || http.tls !== undefined
      ? []
      : [
          `clients: ${id}: mtls needs TLS to end in the gateway: set http.tls in gateway.json${http.behindProxy ? ', and let the proxy pass TLS on' : ''}`,
        ]),
  ];
}

/** Names in a scope that fit nothing: a scope that is misspelt hides requests without a word. */
function strangersIn(
  { id, scope }: OperatorSettings,
  { adapters, clients }: Config,
  municipalities: ReadonlySet<string>,
): string[] {
  const listed = (names: 'all' | readonly string[]): readonly string[] => (names === 'all' ? [] : names);
  const institutions = new Set(clients.map(({ municipality }) => municipality));
  return [
    ...listed(scope.registries)
      .filter((name) => !adapters.some((adapter) => adapter.name === name))
      .map((name) => `operators: ${id}: scope names registry ${name}, which has no settings`),
    ...listed(scope.municipalities)
      .filter((code) => !municipalities.has(code) && !institutions.has(code))
      .map((code) => `operators: ${id}: scope names unknown municipality ${code}`),
  ];
}

/** @internal one sentence for each name that stands there twice. */
export function repeated(what: string, names: readonly string[]): string[] {
  const twice = new Set(names.filter((name, index) => names.indexOf(name) !== index));
  return [...twice].map((name) => `${what} ${name} is given more than once`);
}
