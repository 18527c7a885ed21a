/*
 * `make chaos`: the long form of all campaigns, or of those that are named.
 *   node dist/tests/chaos/main.js [campaign...] [--short] [--<bound> <number>]
 */
import type { Campaign } from './campaigns/campaign.js';
import { campaigns } from './campaigns/index.js';
import { playAlone } from './campaigns/play.js';

/** Requests whose evidence the product's own audit looks at, in each form. */
const AUDITED = { long: 1_000, short: 100 };

interface Wanted {
  readonly campaigns: readonly Campaign[];
  readonly form: 'long' | 'short';
  readonly bounds: Readonly<Record<string, number>>;
}

function readArguments(words: readonly string[]): Wanted {
  const named: Campaign[] = [];
  const bounds: Record<string, number> = {};
  let form: Wanted['form'] = 'long';
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] as string;
    const campaign = campaigns.find(({ name }) => name === word);
    if (campaign) named.push(campaign);
    else if (word === '--short') form = 'short';
    else if (word.startsWith('--') && campaigns.some(({ bounds: own }) => word.slice(2) in own)) {
      at += 1;
      if (!/^\d+$/.test(words[at] ?? '')) throw new Error(`${word} wants a whole number`);
      bounds[word.slice(2)] = Number(words[at]);
    } else throw new Error(`${word} is neither a campaign nor an option\n${help()}`);
  }
  return { campaigns: named.length > 0 ? named : campaigns, form, bounds };
}

function help(): string {
  const lines = campaigns.flatMap(({ name, about, bounds }) => [
    `  ${name.padEnd(10)} ${about}`,
    ...Object.entries(bounds).map(
      ([bound, { long, short, about: what }]) => `    --${bound} n  ${what} (${long}; with --short ${short})`,
    ),
  ]);
  return ['campaigns:', ...lines].join('\n');
}

async function main(): Promise<number> {
  const words = process.argv.slice(2);
  if (words.includes('--help')) {
    process.stdout.write(`${help()}\n`);
    return 0;
  }
  const wanted = readArguments(words);
  const asked = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => asked.abort(new Error('asked to stop')));
  }
  let worst = 0;
  for (const campaign of wanted.campaigns) {
    const begun = performance.now();
    const progress = (line: string): void => {
      const seconds = ((performance.now() - begun) / 1000).toFixed(0).padStart(5);
      process.stdout.write(`${seconds} s  ${campaign.name}: ${line}\n`);
    };
    const lacking = await campaign.lacking?.();
    if (lacking !== undefined) {
      progress(`cannot be run here: ${lacking}`);
      worst = Math.max(worst, 2);
      continue;
    }
    const bound = (name: string): number =>
      wanted.bounds[name] ?? (campaign.bounds[name]?.[wanted.form] as number);
    const parts = { bound, progress, signal: asked.signal };
    const { broken, lines, exitCode } = await playAlone(campaign, parts, AUDITED[wanted.form]);
    for (const sentence of broken) progress(`BROKEN: ${sentence}`);
    for (const line of lines) process.stdout.write(`${line}\n`);
    worst = Math.max(worst, exitCode);
  }
  return worst;
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`chaos: ${(error as Error).message}\n`);
  process.exitCode = 2;
}
