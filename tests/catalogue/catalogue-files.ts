import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findPackageRoot } from '../../src/package-root.js';

export interface Text {
  readonly sq: string;
  readonly en: string;
}

export interface StepData {
  readonly id: string;
  readonly service: string;
  readonly forEach?: string;
  readonly when?: string;
  readonly subject?: string;
  readonly parameters?: Readonly<Record<string, string>>;
  readonly optional?: boolean;
}

export interface FormData {
  readonly required?: readonly string[];
  readonly properties: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly if?: { readonly required: readonly string[] };
  readonly then?: { readonly required: readonly string[] };
  readonly allOf?: readonly Pick<FormData, 'if' | 'then'>[];
}

export interface ServiceData {
  readonly code: string;
  readonly name: Text;
  readonly illustrative?: boolean;
  readonly card: Readonly<Record<string, unknown>> & {
    readonly requiredDocuments: readonly { readonly gatheredBy: 'applicant' | 'gateway' }[];
  };
  readonly procedure: {
    readonly applicant: readonly string[];
    readonly form: FormData;
    readonly evidence: readonly StepData[];
  };
}

export interface GroupData {
  readonly group: string;
  readonly services: readonly ServiceData[];
}

export interface QueryData {
  readonly code: string;
  readonly subjectSchemes: readonly string[];
  readonly parameters: {
    readonly required?: readonly string[];
    readonly properties: Readonly<Record<string, unknown>>;
  };
}

export interface MunicipalityData {
  readonly municipality: string;
  readonly notOffered?: readonly string[];
  readonly services?: Readonly<
    Record<
      string,
      { readonly extraEvidence?: readonly StepData[]; readonly withoutEvidence?: readonly string[] }
    >
  >;
}

/** The JSON files of one folder of config/, by file name without its ending. */
function readFolder<Content>(folder: string): ReadonlyMap<string, Content> {
  const path = join(findPackageRoot(), 'config', folder);
  const files = readdirSync(path).filter((name) => name.endsWith('.json'));
  return new Map(
    files.map((name) => [name.slice(0, -'.json'.length), JSON.parse(readFileSync(join(path, name), 'utf8'))]),
  );
}

export const groupFiles = readFolder<GroupData>('catalogue');
export const queryFiles = readFolder<{ registry: string; services: QueryData[] }>('queries');
export const municipalityFiles = readFolder<MunicipalityData>('municipalities');

export const services: readonly ServiceData[] = [...groupFiles.values()].flatMap((group) => group.services);
export const queries: ReadonlyMap<string, QueryData> = new Map(
  [...queryFiles.values()].flatMap((file) => file.services).map((query) => [query.code, query]),
);

/** Every place where a Text stands or half of one, with the path that leads there. */
export function* textsIn(
  value: unknown,
  path = '',
): Generator<[path: string, text: Record<string, unknown>]> {
  if (typeof value !== 'object' || value === null) return;
  if ('sq' in value || 'en' in value) yield [path, value as Record<string, unknown>];
  for (const [name, item] of Object.entries(value)) yield* textsIn(item, `${path}/${name}`);
}

/** Every string, with the path that leads there. */
export function* stringsIn(value: unknown, path = ''): Generator<[path: string, text: string]> {
  if (typeof value === 'string') yield [path, value];
  if (typeof value !== 'object' || value === null) return;
  for (const [name, item] of Object.entries(value)) yield* stringsIn(item, `${path}/${name}`);
}
