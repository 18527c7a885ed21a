import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findPackageRoot } from '../../../src/package-root.js';

const run = promisify(execFile);

/** The compiled Java side. */
export interface CxfBuild {
  readonly classPath: string;
  /** For the report, for example `Apache CXF 4.1.5, WSS4J 4.0.1`. */
  readonly versions: string;
}

/** Why there is nothing to test against; never a reason for a build that fails by its own fault. */
export class CxfUnavailable extends Error {}

/**
 * Compiles the Java side into `.interop/cxf`, from the local repository if everything is in it already.
 *
 * @throws {CxfUnavailable} when the JDK or Maven is not installed, or an artefact can be had neither here nor there.
 * @throws when the sources do not compile.
 */
export async function buildCxf(): Promise<CxfBuild> {
  for (const [program, option] of [
    ['javac', '-version'],
    ['mvn', '-version'],
  ] as const) {
    await run(program, [option]).catch(() => {
      throw new CxfUnavailable(
        `the program ${program} is not installed (Debian: apt install default-jdk-headless maven)`,
      );
    });
  }
  const root = findPackageRoot();
  const maven = ['-q', '-B', '-f', join(root, 'tests', 'interop', 'cxf', 'pom.xml'), 'compile'];
  try {
    await run('mvn', ['-o', ...maven]);
  } catch (offline) {
    if (!isAboutArtefacts(offline)) throw offline;
    await run('mvn', maven).catch((online: unknown) => {
      if (isAboutArtefacts(online)) throw new CxfUnavailable('Maven cannot fetch Apache CXF');
      throw online;
    });
  }
  const output = join(root, '.interop', 'cxf');
  const libraries = readFileSync(join(output, 'classpath.txt'), 'utf8').trim();
  const version = (name: string) => new RegExp(`/${name}-([0-9.]+)\\.jar`).exec(libraries)?.[1] ?? 'unknown';
  return {
    classPath: `${join(output, 'classes')}:${libraries}`,
    versions: `Apache CXF ${version('cxf-core')}, WSS4J ${version('wss4j-ws-security-dom')}, XML Security ${version('xmlsec')}`,
  };
}

function isAboutArtefacts(error: unknown): boolean {
  const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
  return /could not be resolved|could not resolve|could not transfer|cannot access|offline mode/i.test(
    stdout + stderr,
  );
}
