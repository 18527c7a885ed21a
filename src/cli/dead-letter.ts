import { Command } from 'commander';
import type { CommandParts } from './command-parts.js';
import { asOperator, giving, type ReachOptions, type ReasonOptions, reaching } from './operator/reach.js';
import { table } from './operator/tables.js';

/** `DeadLetter` of `openapi/operator.yaml`. */
interface DeadLetter {
  readonly id: string;
  readonly topic: string;
  readonly reason: { readonly code: string; readonly detail: string };
  readonly subject?: string;
  readonly type?: string;
  readonly givenUpAt: string;
}

interface ListOptions extends ReachOptions {
  readonly limit: string;
  readonly after?: string;
}

/** `ura dead-letter list`, `show`, `requeue` and `discard`. */
export function deadLetterCommand(parts: CommandParts): Command {
  return new Command('dead-letter')
    .description('look after events that could not be delivered')
    .addCommand(listCommand(parts))
    .addCommand(showCommand(parts))
    .addCommand(requeueCommand(parts))
    .addCommand(discardCommand(parts));
}

function listCommand(parts: CommandParts): Command {
  return reaching(new Command('list'))
    .description('list them, oldest first')
    .option('--limit <count>', 'at most so many, 1 to 200', '50')
    .option('--after <cursor>', 'go on where the list before ended')
    .addHelpText(
      'after',
      `
Examples:
  $ ura dead-letter list`,
    )
    .action(async (options: ListOptions) => {
      const { limit, after } = options;
      const page = await asOperator(parts, options, (client) =>
        client.get<{ total: number; items: readonly DeadLetter[]; next?: string }>('/dead-letters', {
          limit,
          after,
        }),
      );
      if (options.json) return parts.print(JSON.stringify(page, null, 2));
      const rows = page.items.map((each) => [
        each.id,
        each.topic,
        each.type ?? '-',
        each.subject ?? '-',
        each.reason.code,
        each.givenUpAt,
      ]);
      if (rows.length > 0) {
        for (const line of table([['id', 'topic', 'type', 'subject', 'reason', 'since'], ...rows]))
          parts.print(line);
      }
      parts.print(`${page.total} events could not be delivered`);
      if (page.next !== undefined) parts.warn(`there is more: --after ${page.next}`);
    });
}

function showCommand(parts: CommandParts): Command {
  return reaching(new Command('show'))
    .description('show where one was to go and why it could not; not its content')
    .argument('<id>', 'id of the dead letter')
    .addHelpText(
      'after',
      `
Examples:
  $ ura dead-letter show 0199a1f2-6c3e-7d41-9a5b-3f2c1d0e4b5a`,
    )
    .action(async (id: string, options: ReachOptions) => {
      const letter = await asOperator(parts, options, (client) =>
        client.get<DeadLetter>(`/dead-letters/${encodeURIComponent(id)}`),
      );
      if (options.json) return parts.print(JSON.stringify(letter, null, 2));
      const { reason, ...rest } = letter;
      const lines = Object.entries({ ...rest, reason: `${reason.code}: ${reason.detail}` });
      for (const line of table(lines.map(([name, value]) => [name, String(value)]))) parts.print(line);
    });
}

function requeueCommand(parts: CommandParts): Command {
  return settling(parts, 'requeue', {
    description: 'deliver one again, under its own ce_id',
    reasons: ['cause-removed', 'try-again'],
    example: "--reason cause-removed --text 'Tema u krijua'",
    done: (id) => `${id} waits to be relayed again`,
  });
}

function discardCommand(parts: CommandParts): Command {
  return settling(parts, 'discard', {
    description: 'remove one for good that nobody needs any more',
    reasons: ['told-otherwise', 'recipient-gone', 'superseded'],
    example: "--reason told-otherwise --text 'Zyra u njoftua me shkresë, nr. 114'",
    done: (id) => `${id} is gone; what it told stays in the evidence of its request`,
  });
}

interface Settling {
  readonly description: string;
  readonly reasons: readonly string[];
  readonly example: string;
  readonly done: (id: string) => string;
}

function settling(
  parts: CommandParts,
  name: string,
  { description, reasons, example, done }: Settling,
): Command {
  return giving(new Command(name).argument('<id>', 'id of the dead letter'), reasons)
    .description(description)
    .addHelpText(
      'after',
      `
Examples:
  $ ura dead-letter ${name} 0199a1f2-6c3e-7d41-9a5b-3f2c1d0e4b5a ${example}`,
    )
    .action(async (id: string, options: ReasonOptions) => {
      const { reason: code, text, idempotencyKey } = options;
      const path = `/dead-letters/${encodeURIComponent(id)}/${name}`;
      const settled = await asOperator(parts, options, (client) =>
        client.post<{ id: string }>(path, { reason: { code, text } }, idempotencyKey),
      );
      parts.print(options.json ? JSON.stringify(settled, null, 2) : done(settled.id));
    });
}
