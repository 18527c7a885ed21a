import { join } from 'node:path';
import { Command } from 'commander';
import { consumeResults, seenInFile } from '../client/index.js';
import { dataFolderOf } from '../environment.js';
import { createEventSource } from '../kafka/consumer.js';
import { resultsTopic } from '../results/result-event.js';
import { openCaseBook } from './case-book.js';
import type { CommandParts } from './command-parts.js';
import { openOwnClient } from './own-client.js';

interface ListenOptions {
  readonly municipality: string;
  readonly brokers?: string;
  readonly group?: string;
  readonly state?: string;
  readonly json: boolean;
  readonly gatewayKey?: string;
}

/** `ura listen`: the reference of a municipal workflow that lives on results. */
export function listenCommand({ print, variables, clock, asked }: CommandParts): Command {
  return new Command('listen')
    .description("play a municipality's workflow: advance each case on every result that comes out of Kafka")
    .option('--municipality <code>', 'whose results', '20')
    .option('--brokers <list>', 'Kafka brokers (default: KAFKA_BROKERS)')
    .option('--group <name>', 'consumer group (default: by municipality)')
    .option('--state <folder>', 'where cases and seen events are kept (default: in URA_DATA)')
    .option('--json', 'one JSON object a line', false)
    .option('--gateway-key <file>', "the gateway's public key")
    .addHelpText(
      'after',
      `
Every event's signature is verified before anything of it is read; an event seen before is skipped; the
offset is committed only after the case was advanced.

Examples:
  $ KAFKA_BROKERS=127.0.0.1:9092 ura listen --municipality 20
  $ ura listen --municipality 21 --brokers 127.0.0.1:9092 --json`,
    )
    .action(async (options: ListenOptions, command: Command) => {
      const { municipality, json } = options;
      const brokers = options.brokers ?? variables.KAFKA_BROKERS;
      if (!brokers) command.error('error: name the brokers with --brokers or KAFKA_BROKERS');
      const { gatewayKeys } = await openOwnClient(variables, options);
      const folder = options.state ?? join(dataFolderOf(variables), 'listen', municipality);
      const cases = await openCaseBook(folder);
      const consumer = consumeResults({
        source: createEventSource({
          brokers: brokers as string,
          groupId: options.group ?? `ura-listen-${municipality}`,
          topics: [resultsTopic(municipality)],
          fromBeginning: true,
        }),
        gatewayKeys,
        clock,
        seen: await seenInFile(join(folder, 'seen-events')),
        handler: async (event) => {
          const advanced = await cases.advance(event.value);
          print(json ? JSON.stringify({ event, case: advanced }) : describe(event.value, advanced.step));
        },
        onRefused: ({ code }, { topic, partition, offset }) => {
          print(
            json
              ? JSON.stringify({ refused: code, topic, partition, offset })
              : `REFUSED ${code} at ${topic}/${partition}/${offset}`,
          );
        },
      });
      if (!json) print(`listening on ${resultsTopic(municipality)} at ${brokers}`);
      void asked.then(() => consumer.stop());
      await consumer.finished;
    });
}

function describe(
  value: { caseId: string; service: string; state: string; result?: { kind: string } },
  step: number,
): string {
  return `${value.caseId.padEnd(20)} step ${String(step).padStart(3)}  ${value.service}  ${value.state}`;
}
