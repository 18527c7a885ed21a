import type { Municipality } from '../../contracts/municipalities.js';
import type {
  Card,
  MunicipalitySettings,
  ProcedureSettings,
  ServiceSettings,
  Step,
  Text,
} from '../config/catalogue-settings.js';
import { versionOf } from './version.js';

/** Where a value comes from: the national catalogue, or the file of one municipality. */
export type Origin = 'national' | `municipality ${string}`;

/** An administrative service as one municipality offers it. */
export interface EffectiveService {
  readonly code: string;
  readonly group: string;
  readonly name: Text;
  readonly illustrative: boolean;
  readonly municipality: Municipality;
  /** Placeholders are filled in. */
  readonly card: Card;
  /** With the steps of this municipality. */
  readonly procedure: ProcedureSettings;
  readonly origins: {
    readonly card: Readonly<Record<keyof Card, Origin>>;
    /** By id of the step. */
    readonly evidence: Readonly<Record<string, Origin>>;
    /** National steps that the municipality leaves out. */
    readonly without: readonly Step[];
  };
  /** Changes when anything of name, card or procedure does; a case keeps the one that it started with. */
  readonly version: string;
}

/** Puts a municipality's differences over the national service: of its own service first, then of all its services. */
export function effectiveService(
  service: ServiceSettings,
  municipality: Municipality,
  settings: MunicipalitySettings | undefined,
): EffectiveService {
  const { code, group, name, procedure } = service;
  const own: Origin = `municipality ${municipality.code}`;
  const differing = differingFields(settings, code);
  const card = fillPlaceholders({ ...service.card, ...differing }, municipality);
  const steps = effectiveSteps(procedure.evidence, settings, code);
  const effective = { ...procedure, evidence: steps };
  return {
    code,
    group,
    name,
    illustrative: service.illustrative === true,
    municipality,
    card,
    procedure: effective,
    origins: {
      card: Object.fromEntries(
        Object.keys(service.card).map((field) => [field, Object.hasOwn(differing, field) ? own : 'national']),
      ) as Record<keyof Card, Origin>,
      evidence: Object.fromEntries(
        steps.map((step) => [step.id, procedure.evidence.includes(step) ? 'national' : own]),
      ),
      without: procedure.evidence.filter((step) => !steps.includes(step)),
    },
    version: versionOf({ code, name, card, procedure: effective }),
  };
}

/** Fields of the card that a municipality sets itself, placeholders unfilled. */
export function differingFields(settings: MunicipalitySettings | undefined, code: string): Partial<Card> {
  if (settings === undefined) return {};
  const { offices, contact } = settings;
  return {
    ...(offices ? { whereToApply: offices } : {}),
    ...(contact ? { contact } : {}),
    ...overrideOf(settings, code)?.card,
  };
}

/** National steps without those that the municipality leaves out, then its own. */
export function effectiveSteps(
  national: readonly Step[],
  settings: MunicipalitySettings | undefined,
  code: string,
): readonly Step[] {
  const { withoutEvidence = [], extraEvidence = [] } = overrideOf(settings, code) ?? {};
  return [...national.filter(({ id }) => !withoutEvidence.includes(id)), ...extraEvidence];
}

function overrideOf(settings: MunicipalitySettings | undefined, code: string) {
  const services = settings?.services ?? {};
  return Object.hasOwn(services, code) ? services[code] : undefined;
}

/** Placeholders that a text may hold. */
const PLACEHOLDER = /\{([^{}]*)\}/g;

/** Replaces `{municipality}` and `{city}` in every string by the name of the municipality. */
export function fillPlaceholders<Value>(value: Value, { nameSq }: Municipality): Value {
  return mapStrings(value, (text) =>
    text.replace(PLACEHOLDER, (whole, name: string) => (isPlaceholder(name) ? nameSq : whole)),
  );
}

/** Names in braces that stand for nothing. */
export function unknownPlaceholders(value: unknown): string[] {
  const found = new Set<string>();
  mapStrings(value, (text) => {
    for (const [, name = ''] of text.matchAll(PLACEHOLDER)) if (!isPlaceholder(name)) found.add(name);
    return text;
  });
  return [...found];
}

function isPlaceholder(name: string): boolean {
  return name === 'municipality' || name === 'city';
}

function mapStrings<Value>(value: Value, change: (text: string) => string): Value {
  if (typeof value === 'string') return change(value) as Value;
  if (Array.isArray(value)) return value.map((item) => mapStrings(item, change)) as Value;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, mapStrings(item, change)]),
  ) as Value;
}
