import { Command, InvalidArgumentError } from 'commander';
import type { CommandParts } from '../command-parts.js';
import { asOperator, type ReachOptions, reaching } from './reach.js';
import {
  type RequestDetail,
  type RequestLine,
  requestSheet,
  requestTable,
  type Summary,
  summaryTable,
} from './tables.js';

interface ListOptions extends ReachOptions {
  readonly state?: string;
  readonly registry?: string;
  readonly municipality?: string;
  readonly service?: string;
  readonly because?: string;
  readonly olderThan?: string;
  readonly limit: string;
  readonly after?: string;
}

/** `ura operator list` */
export function listCommand(parts: CommandParts): Command {
  return reaching(new Command('list'))
    .description('list requests, oldest first; without --state those that have not ended')
    .option('--state <states>', 'one or several, separated by commas')
    .option('--registry <names>', 'one or several')
    .option('--municipality <codes>', 'one or several')
    .option('--service <code>', 'of this service')
    .option('--because <code>', 'that stand there for this reason')
    .option('--older-than <duration>', 'accepted so long ago: 90s, 30m, 2h, 3d', duration)
    .option('--limit <count>', 'at most so many, 1 to 200', '50')
    .option('--after <cursor>', 'go on where the list before ended')
    .addHelpText(
      'after',
      `
Examples:
  $ ura operator list --state held,awaiting-officer
      what waits for a person
  $ ura operator list --registry civil --older-than 2h
  $ ura operator list --state held --because connection-lost --json`,
    )
    .action(async (options: ListOptions) => {
      const { state, registry, municipality, service, because, olderThan, limit, after } = options;
      const query = { state, registry, municipality, service, reason: because, olderThan, limit, after };
      const page = await asOperator(parts, options, (client) =>
        client.get<{ readonly items: readonly RequestLine[]; readonly next?: string }>('/requests', query),
      );
      if (options.json) return parts.print(JSON.stringify(page, null, 2));
      if (page.items.length === 0) return parts.print('nothing fits');
      for (const line of requestTable(page.items)) parts.print(line);
      if (page.next !== undefined) parts.warn(`there is more: --after ${page.next}`);
    });
}

/** `ura operator show` */
export function showCommand(parts: CommandParts): Command {
  return reaching(new Command('show'))
    .description('show where one request stands, what you can do with it, and its history')
    .argument('<id>', 'id of the request')
    .addHelpText(
      'after',
      `
Nothing about the citizen is shown: see ura operator disclose.

Examples:
  $ ura operator show 0199a1f2-6c3e-7d41-9a5b-3f2c1d0e4b5a`,
    )
    .action(async (id: string, options: ReachOptions) => {
      const request = await asOperator(parts, options, (client) =>
        client.get<RequestDetail>(`/requests/${encodeURIComponent(id)}`),
      );
      if (options.json) return parts.print(JSON.stringify(request, null, 2));
      for (const line of requestSheet(request)) parts.print(line);
    });
}

/** `ura operator summary` */
export function summaryCommand(parts: CommandParts): Command {
  return reaching(new Command('summary'))
    .description('count what has not ended, by registry, municipality and state')
    .addHelpText(
      'after',
      `
Examples:
  $ ura operator summary`,
    )
    .action(async (options: ReachOptions) => {
      const summary = await asOperator(parts, options, (client) => client.get<Summary>('/summary'));
      if (options.json) return parts.print(JSON.stringify(summary, null, 2));
      if (summary.total === 0) return parts.print('nothing waits');
      for (const line of summaryTable(summary)) parts.print(line);
      parts.print(`${summary.total} requests have not ended`);
    });
}

function duration(text: string): string {
  if (/^\d{1,5}[smhd]$/.test(text)) return text;
  throw new InvalidArgumentError('Give a number and s, m, h or d, such as 30m.');
}
