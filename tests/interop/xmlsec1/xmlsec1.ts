import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const signedElements = [
  ...['Body', 'Timestamp', 'To', 'Action', 'MessageID', 'ReplyTo', 'RelatesTo', 'BinarySecurityToken'],
];
const idAttributes = signedElements.flatMap((name) => ['--id-attr:Id', name]);

/** First line of `xmlsec1 --version`, undefined where the program is not installed. */
export function xmlsec1Version(): string | undefined {
  try {
    return execFileSync('xmlsec1', ['--version'], { stdio: 'pipe' }).toString().trim();
  } catch {
    return undefined;
  }
}

/** @throws when xmlsec1 does not accept the signature. */
export function verifyWithXmlsec1(xml: string | Uint8Array, publicKeyPem: string): void {
  inFolder((folder) => {
    const key = file(folder, 'key.pem', publicKeyPem);
    const message = file(folder, 'message.xml', xml);
    // Only the given key: xmlsec1 would otherwise look for one in KeyInfo.
    const options = ['--verify', '--enabled-key-data', 'key-name,key-value', ...idAttributes];
    execFileSync('xmlsec1', [...options, '--pubkey-pem', key, message], { stdio: 'pipe' });
  });
}

/** Fills in the digests and the value of the Signature that stands in the template. */
export function signWithXmlsec1(template: string, privateKeyPem: string): string {
  return inFolder((folder) => {
    const key = file(folder, 'key.pem', privateKeyPem);
    const message = file(folder, 'template.xml', template);
    const options = ['--sign', ...idAttributes];
    return execFileSync('xmlsec1', [...options, '--privkey-pem', key, message], { stdio: 'pipe' }).toString();
  });
}

function inFolder<Result>(run: (folder: string) => Result): Result {
  const folder = mkdtempSync(join(tmpdir(), 'ura-xmlsec1-'));
  try {
    return run(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function file(folder: string, name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}
