import { createHash } from 'node:crypto';
import { type PresentContract, type ReleasedContract, sameFiles, showVersion } from './contract.js';
import { lastRelease } from './released-contracts.js';

/** One row of `/contracts`: one file of one version. */
export interface IndexEntry {
  readonly name: string;
  readonly kind: string;
  /** `unreleased` for what changed since the last release. */
  readonly version: string;
  /**
   * - `current`: the last release of its major version.
   * - `superseded`: an earlier one; it stays where it is.
   * - `draft`: may still change, and has no address of its own but the unversioned one.
   */
  readonly status: 'current' | 'superseded' | 'draft';
  readonly path: string;
  /** Of the bytes at `path`, in hexadecimal. */
  readonly sha256: string;
}

/**
 * The index of all contracts.
 *
 * @param sourceBytes reads a source file of a present contract, for drafts.
 * @param unversionedPath where a source file is served.
 */
export function indexContracts(
  present: readonly PresentContract[],
  released: readonly ReleasedContract[],
  sourceBytes: (source: string) => Uint8Array,
  unversionedPath: (source: string) => string,
): readonly IndexEntry[] {
  const versions = released.flatMap(({ id, version, files }): IndexEntry[] => {
    const last = lastRelease(released, id, version[0]);
    const status = last?.version === version ? 'current' : 'superseded';
    return files.map(({ suffix, bytes }) => ({
      name: id,
      kind: kindOf(id),
      version: showVersion(version),
      status,
      path: versionedPath(id, showVersion(version), suffix),
      sha256: digest(bytes),
    }));
  });
  const drafts = present
    .filter(({ id, major, files }) => !sameFiles(lastRelease(released, id, major)?.files ?? [], files))
    .flatMap(({ id, kind, sources }) =>
      sources.map(
        (source): IndexEntry => ({
          name: id,
          kind,
          version: 'unreleased',
          status: 'draft',
          path: unversionedPath(source),
          sha256: digest(sourceBytes(source)),
        }),
      ),
    );
  return [...versions, ...drafts];
}

/** Where a version is served, for ever. */
export function versionedPath(id: string, version: string, suffix: string): string {
  return `/contracts/${id}/${version}${suffix}`;
}

/** The id tells the kind, also of contracts that are not there any more. */
function kindOf(id: string): string {
  const [first = ''] = id.split('/');
  const kinds: Readonly<Record<string, string>> = {
    canonical: 'json-schema',
    events: 'json-schema',
    asyncapi: 'asyncapi',
    openapi: 'openapi',
    registries: 'wsdl',
    gateway: 'wsdl',
  };
  return Object.hasOwn(kinds, first) ? (kinds[first] as string) : 'unknown';
}

function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
