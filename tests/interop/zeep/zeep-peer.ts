import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findPackageRoot } from '../../../src/package-root.js';
import type { Issued } from '../../support/certificates.js';

/** zeep and python-xmlsec, run as a program. */
export interface ZeepPeer {
  /** For example `zeep 4.2.1, python-xmlsec 1.3.13`. */
  readonly version: string;
  /**
   * A question about a family composition.
   *
   * @param form `own`: signed as zeep does by itself; `profile`: signed by a subclass of zeep's signature.
   */
  sign(form: 'own' | 'profile', signer: Issued, to: string, nid: string): Buffer;
  /** Whether zeep accepts the signature of an envelope with this certificate. */
  accepts(xml: string | Uint8Array, certificatePem: string): boolean;
}

/** Debian's packages belong to Debian's Python, which need not be the first one on the path. */
const pythons = ['python3', '/usr/bin/python3'];

/** Undefined where zeep or python-xmlsec is not installed. */
export function openZeep(): ZeepPeer | undefined {
  const root = findPackageRoot();
  const script = join(root, 'tests', 'interop', 'zeep', 'zeep_peer.py');
  const wsdl = join(root, 'contracts', 'registries', 'civil', 'civil.wsdl');
  for (const python of pythons) {
    const { status, stdout } = spawnSync(python, ['-B', script, 'version'], { encoding: 'utf8' });
    if (status !== 0) continue;
    return {
      version: stdout.trim(),
      sign: (form, { privateKeyPem: key, certificatePem: certificate }, to, nid) =>
        withFiles({ key, certificate }, (paths) => {
          const options = ['sign', form, wsdl, paths.key, paths.certificate, to, nid];
          return execFileSync(python, ['-B', script, ...options]);
        }),
      accepts: (xml, certificate) =>
        withFiles({ certificate }, (paths) => {
          const run = spawnSync(python, ['-B', script, 'verify', paths.certificate], { input: xml });
          if (run.status === 0) return true;
          // A Python error is not a verdict.
          if (run.status === 1 && run.stderr.length === 0) return false;
          throw new Error(run.stderr.toString());
        }),
    };
  }
  return undefined;
}

function withFiles<Name extends string, Result>(
  contents: Record<Name, string>,
  run: (paths: Record<Name, string>) => Result,
): Result {
  const folder = mkdtempSync(join(tmpdir(), 'ura-zeep-'));
  try {
    const paths = {} as Record<Name, string>;
    for (const name of Object.keys(contents) as Name[]) {
      paths[name] = join(folder, `${name}.pem`);
      writeFileSync(paths[name], contents[name], { mode: 0o600 });
    }
    return run(paths);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
