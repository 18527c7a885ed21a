import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findPackageRoot } from '../../../src/package-root.js';
import type { RefusalCode } from '../../../src/signing/refusals.js';
import type { SignatureAlgorithm } from '../../../src/signing/signer.js';

/** What is known about `<peer>/<name>.xml`, a message that another implementation made; kept beside it as JSON. */
export interface GoldenMessage {
  /** Name and version of whoever signed. */
  readonly madeBy: string;
  /** When it was made: the moment to verify it at. ISO 8601. */
  readonly at: string;
  readonly direction: 'request' | 'answer';
  readonly to: string;
  readonly action: string;
  /** Of an answer. */
  readonly relatesTo?: string;
  readonly algorithm: SignatureAlgorithm;
  /** Of the signer; the private key was thrown away. */
  readonly certificatePem: string;
  /** A text that stands in the signed Body. */
  readonly says: string;
  /** With what code we do not accept it; absent where we do. */
  readonly refused?: RefusalCode;
}

export function goldenFolder(): string {
  return join(findPackageRoot(), 'tests', 'interop', 'golden');
}

/** Every message there is, as `[<peer>/<name>, what is known, bytes]`. */
export function readGoldenMessages(): [name: string, golden: GoldenMessage, bytes: Buffer][] {
  const folder = goldenFolder();
  const peers = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return peers.flatMap((peer) =>
    readdirSync(join(folder, peer.name))
      .filter((file) => file.endsWith('.json'))
      .map((file): [string, GoldenMessage, Buffer] => {
        const path = join(folder, peer.name, file);
        const bytes = readFileSync(path.replace(/json$/, 'xml'));
        return [`${peer.name}/${file.slice(0, -5)}`, JSON.parse(readFileSync(path, 'utf8')), bytes];
      }),
  );
}
