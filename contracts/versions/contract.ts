/** What a contract is written in; decides how two versions of it are compared. */
export type ContractKind = 'json-schema' | 'asyncapi' | 'openapi' | 'wsdl';

/** One file as it is published, complete in itself or together with the others of its contract. */
export interface PublishedFile {
  /** Where it stands below the version: `.json` for `<id>/1.0.0.json`, `/civil.wsdl` for `<id>/1.0.0/civil.wsdl`. */
  readonly suffix: string;
  readonly bytes: Buffer;
}

/** A contract as it stands in the working tree. */
export interface PresentContract {
  /** Its address below `/contracts`, without version, for example `canonical/family-composition`. */
  readonly id: string;
  readonly kind: ContractKind;
  /** From the name of the file: `result.v2.schema.json` and `gateway-v2.yaml` are 2, without such an end 1. */
  readonly major: number;
  /** In the form in which versions are kept: without references to files outside. */
  readonly files: readonly PublishedFile[];
  /** Files of the project that it is made from, relative to the package root; the first one gives it its name. */
  readonly sources: readonly string[];
}

/** One version of a contract that was released. Its files never change. */
export interface ReleasedContract {
  readonly id: string;
  readonly version: Version;
  readonly files: readonly PublishedFile[];
}

/** major.minor.patch: breaking, compatible, and texts only. */
export type Version = readonly [major: number, minor: number, patch: number];

export function showVersion(version: Version): string {
  return version.join('.');
}

/** @throws {Error} when the text is not three numbers. */
export function parseVersion(text: string): Version {
  const [, major, minor, patch] = /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)$/.exec(text) ?? [];
  if (patch === undefined) throw new Error(`${text} is not a version`);
  return [Number(major), Number(minor), Number(patch)];
}

export function compareVersions(a: Version, b: Version): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
}

/** Whether two versions hold the same bytes. */
export function sameFiles(a: readonly PublishedFile[], b: readonly PublishedFile[]): boolean {
  return (
    a.length === b.length &&
    a.every(({ suffix, bytes }) => b.some((other) => other.suffix === suffix && other.bytes.equals(bytes)))
  );
}
