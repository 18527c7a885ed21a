import { Command, InvalidArgumentError } from 'commander';
import type { BatchAnswer } from '../../operator/act-on-many.js';
import type { CommandParts } from '../command-parts.js';
import { actOnOne } from './act.js';
import type { OperatorClient } from './operator-client.js';
import { asOperator, giving, type ReasonOptions } from './reach.js';

interface ManyOptions extends ReasonOptions {
  readonly all?: boolean;
  readonly state?: 'held' | 'retry-wait';
  readonly registry?: string;
  readonly municipality?: string;
  readonly service?: string;
  readonly because?: string;
  readonly expect?: number;
  readonly dryRun?: boolean;
  readonly unchangedSince?: string;
  readonly confirmNotExecuted?: boolean;
}

/** Requests that one message is about: some hundred transactions, which a minute is long enough for. */
const PER_MESSAGE = 200;

/** `ura operator release` */
export function releaseCommand(parts: CommandParts): Command {
  const reasons = ['registry-confirmed', 'registry-journal', 'never-sent'];
  return onOneOrMany(parts, 'release', reasons)
    .description('let held requests be asked again, which you know the registry did not execute')
    .addHelpText(
      'after',
      `
Examples:
  $ ura operator release 0199a1f2-6c3e-7d41-9a5b-3f2c1d0e4b5a --reason registry-journal --text 'Ditari nuk e ka'
  $ ura operator release --all --registry civil --because connection-lost --dry-run \\
      --reason registry-journal --text 'Ditari nuk ka asnjë'
      says how many there are; then the same with --expect and that number`,
    );
}

/** `ura operator rerun` */
export function rerunCommand(parts: CommandParts): Command {
  const reasons = [
    'registry-repaired',
    'configuration-corrected',
    'urgent',
    'registry-confirmed',
    'registry-journal',
    'never-sent',
  ];
  return onOneOrMany(parts, 'rerun', reasons)
    .option('--state <state>', 'with --all: held or retry-wait', 'retry-wait')
    .option('--confirm-not-executed', 'you know that the registry did not execute it')
    .description('have the registry asked now instead of later, or again where that is safe')
    .addHelpText(
      'after',
      `
A request that has ended is never run again: its client submits anew.

Examples:
  $ ura operator rerun 0199a1f2-6c3e-7d41-9a5b-3f2c1d0e4b5a --reason urgent --text 'Qytetari pret te sporteli'
  $ ura operator rerun --all --registry tax --expect 412 --reason registry-repaired --text 'Regjistri punon sërish'`,
    );
}

function onOneOrMany(parts: CommandParts, action: 'release' | 'rerun', reasons: readonly string[]): Command {
  return giving(new Command(action).argument('[id]', 'id of one request'), reasons)
    .option('--all', 'instead of an id: all that fit the following')
    .option('--registry <name>', 'with --all: of this registry')
    .option('--municipality <code>', 'with --all: of this municipality')
    .option('--service <code>', 'with --all: of this service')
    .option('--because <code>', 'with --all: that stand there for this reason')
    .option('--expect <count>', 'with --all: how many there have to be, or nothing is done', count)
    .option('--unchanged-since <time>', 'with --all: leave alone what changed later (RFC 3339); default: now')
    .option('--dry-run', 'with --all: only count them')
    .action((id: string | undefined, options: ManyOptions) => {
      if ((id === undefined) !== (options.all === true)) {
        throw new Error('give the id of one request, or --all with what to choose by');
      }
      const more = options.confirmNotExecuted === true ? { confirmNotExecuted: true } : {};
      if (id !== undefined) return actOnOne(parts, id, action, options, more);
      return asOperator(parts, options, (client) => actOnAll(parts, client, action, options, more));
    });
}

/** Message by message, each with a key of its own out of the one key, so that breaking off and repeating is safe. */
async function actOnAll(
  { print, warn, clock }: CommandParts,
  client: OperatorClient,
  action: string,
  options: ManyOptions,
  more: object,
): Promise<void> {
  const { reason: code, text, idempotencyKey, state = 'held', registry, municipality, service } = options;
  const batch = {
    action,
    filter: {
      state,
      ...(registry === undefined ? {} : { registry }),
      ...(municipality === undefined ? {} : { municipality }),
      ...(service === undefined ? {} : { service }),
      ...(options.because === undefined ? {} : { reason: options.because }),
      unchangedSince: options.unchangedSince ?? new Date(clock.now()).toISOString(),
    },
    reason: { code, text },
    ...more,
  };
  if (options.dryRun || options.expect === undefined) {
    const dry = { ...batch, expectedCount: 0, dryRun: true };
    const { matched } = await client.post<BatchAnswer>('/requests/batch', dry, `${idempotencyKey}-dry`);
    if (options.json) return print(JSON.stringify({ matched }));
    print(`${matched} requests fit; nothing was done. To ${action} them: --expect ${matched}`);
    return;
  }
  const total = options.expect;
  let expectedCount = total;
  let done = 0;
  const refused: { id: string; code: string }[] = [];
  let after: string | undefined;
  for (let part = 1; ; part += 1) {
    const body = { ...batch, expectedCount, limit: PER_MESSAGE, ...(after === undefined ? {} : { after }) };
    const answer = await client
      .post<BatchAnswer>('/requests/batch', body, `${idempotencyKey}-${part}`)
      .catch((error: unknown) => {
        const { unchangedSince } = batch.filter;
        if (part > 1) {
          warn(
            `broke off after ${total - expectedCount} of ${total}; the same again goes on where it broke off with`,
          );
          warn(`  --idempotency-key ${idempotencyKey} --unchanged-since ${unchangedSince}`);
        }
        throw error;
      });
    done += answer.done;
    refused.push(...answer.refused);
    warn(`${action}: ${total - answer.remaining} of ${total}`);
    if (answer.next === undefined) break;
    after = answer.next;
    expectedCount = answer.remaining;
  }
  if (options.json) return print(JSON.stringify({ done, refused }, null, 2));
  print(
    `${action}: ${done} of ${total} requests${refused.length > 0 ? `, ${refused.length} left as they are` : ''}`,
  );
  for (const each of refused) print(`  ${each.id}  ${each.code}`);
}

function count(text: string): number {
  if (/^\d{1,7}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Give a number.');
}
