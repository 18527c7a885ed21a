import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const signedElements = ['Body', 'Timestamp', 'To', 'Action', 'MessageID', 'ReplyTo', 'BinarySecurityToken'];

/**
 * CPU milliseconds in which the xmlsec1 program verifies a message once, in one process that does so many times:
 * the difference between 2,100 and 100 times, so that its start does not count.
 *
 * @returns undefined where the program is not installed.
 */
export function cpuOfXmlsec1(message: Uint8Array, publicPem: string): number | undefined {
  if (spawnSync('xmlsec1', ['--version']).status !== 0) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'ura-bench-'));
  try {
    const key = join(folder, 'key.pem');
    const file = join(folder, 'message.xml');
    writeFileSync(key, publicPem);
    writeFileSync(file, message);
    const ids = signedElements.flatMap((name) => ['--id-attr:Id', name]);
    const cpuOf = (times: number) => {
      const options = [
        '--verify',
        '--repeat',
        String(times),
        '--enabled-key-data',
        'key-name,key-value',
        ...ids,
      ];
      // `times` prints the CPU of the children of the shell: user and system, as 0m1.234s.
      const command = `"$@" >/dev/null 2>&1 || exit 1; times`;
      const printed = execFileSync('sh', [
        '-c',
        command,
        'sh',
        'xmlsec1',
        ...options,
        '--pubkey-pem',
        key,
        file,
      ]);
      const seconds = [...(printed.toString().split('\n')[1] ?? '').matchAll(/(\d+)m([\d.]+)s/g)].map(
        ([, minutes, rest]) => Number(minutes) * 60 + Number(rest),
      );
      return seconds.reduce((sum, part) => sum + part, 0) * 1000;
    };
    return (cpuOf(2_100) - cpuOf(100)) / 2_000;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
