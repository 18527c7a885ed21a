import { open } from 'node:fs/promises';
import axios from 'axios';
import { CrlUnusable } from './crl-unusable.js';

/** Room for some 200,000 entries. */
const largestBytes = 8 * 1024 * 1024;
/** Over the whole download, milliseconds. */
const downloadTimeoutMs = 10_000;

/** Whether a source of the configuration is fetched over the network; all others are files. */
export function isUrl(source: string): boolean {
  return /^https?:\/\//i.test(source);
}

/**
 * Reads the bytes of a revocation list out of a file or from a URL of the configuration, never of a certificate.
 * Plain http is enough: the list is signed, dated, and never replaced by an older one. No redirect is followed and
 * no proxy of the environment used.
 *
 * @throws {CrlUnusable} `crl-unreachable` or `crl-too-large`.
 */
export async function fetchCrl(source: string, signal?: AbortSignal): Promise<Uint8Array> {
  return isUrl(source) ? download(source, signal) : readSmallFile(source);
}

async function download(url: string, signal?: AbortSignal): Promise<Uint8Array> {
  const timeout = AbortSignal.timeout(downloadTimeoutMs);
  try {
    const answer = await axios.get<Buffer>(url, {
      responseType: 'arraybuffer',
      maxRedirects: 0,
      proxy: false,
      decompress: false,
      maxContentLength: largestBytes,
      headers: { 'accept-encoding': 'identity' },
      signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
      validateStatus: (status) => status === 200,
    });
    return answer.data;
  } catch (error) {
    const message = (error as Error).message;
    // Whole axios errors carry the request: the message is enough.
    throw new CrlUnusable(
      message.includes('maxContentLength') ? 'crl-too-large' : 'crl-unreachable',
      new Error(message),
    );
  }
}

async function readSmallFile(path: string): Promise<Uint8Array> {
  try {
    const file = await open(path, 'r');
    try {
      if ((await file.stat()).size > largestBytes) throw new CrlUnusable('crl-too-large');
      return await file.readFile();
    } finally {
      await file.close();
    }
  } catch (error) {
    throw error instanceof CrlUnusable ? error : new CrlUnusable('crl-unreachable', error);
  }
}
