import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command } from 'commander';
import {
  type CaseEvent,
  consumeResults,
  type ResultEvent,
  readDecryptionJwk,
  type SubmissionRefusedEvent,
  seenInFile,
} from '../client/index.js';
import { dataFolderOf } from '../environment.js';
import { createEventSource } from '../kafka/consumer.js';
import { resultsTopic } from '../results/result-event.js';
import { type MunicipalCase, openCaseBook } from './case-book.js';
import type { CommandParts } from './command-parts.js';
import { openOwnClient } from './own-client.js';

interface ListenOptions {
  readonly municipality: string;
  readonly brokers?: string;
  readonly group?: string;
  readonly state?: string;
  readonly json: boolean;
  readonly gatewayKey?: string;
  readonly decryptionKey?: string;
}

/** `ura listen`: the reference of a municipal workflow that lives on results. */
export function listenCommand({ print, warn, variables, clock, asked }: CommandParts): Command {
  return new Command('listen')
    .description("play a municipality's workflow: advance each case on every result that comes out of Kafka")
    .option('--municipality <code>', 'whose results', '20')
    .option('--brokers <list>', 'Kafka brokers (default: KAFKA_BROKERS)')
    .option('--group <name>', 'consumer group (default: by municipality)')
    .option('--state <folder>', 'where cases and seen events are kept (default: in URA_DATA)')
    .option('--json', 'one JSON object a line', false)
    .option(
      '--decryption-key <file>',
      'private JWK, where the events are encrypted (ura keys generate --use events)',
    )
    .option('--gateway-key <file>', "the gateway's public key")
    .addHelpText(
      'after',
      `
Every event's signature is verified before anything of it is read; an event seen before is skipped; the
offset is committed only after the case was advanced. With --json the first line says when the group gave this
listener its partitions, and each event carries its signed bytes in base64.

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
      const decryptionKeys = options.decryptionKey
        ? [readDecryptionJwk(await readFile(options.decryptionKey, 'utf8'))]
        : [];
      const seen = await seenInFile(join(folder, 'seen-events'));
      const consumer = consumeResults({
        source: createEventSource({
          brokers: brokers as string,
          groupId: options.group ?? `ura-listen-${municipality}`,
          topics: [resultsTopic(municipality)],
          fromBeginning: true,
          onAssigned(partitions) {
            const topic = resultsTopic(municipality);
            print(
              json
                ? JSON.stringify({ listening: { topic, partitions } })
                : `listening on ${topic} at ${brokers}, ${partitions} partitions`,
            );
          },
          // Beside the results, so that whoever reads them reads nothing else.
          onProblem: ({ code }) => warn(`Kafka at ${brokers}: ${code}; trying again`),
        }),
        gatewayKeys,
        ...(decryptionKeys.length > 0 ? { decryptionKeys } : {}),
        clock,
        seen,
        handler: async (event) => {
          const advanced = await cases.advance(event.value);
          print(json ? jsonLine(event, advanced, clock.now()) : describe(event.value, advanced.step));
        },
        onCase: async (event) => {
          print(json ? caseLine(event, clock.now()) : describeCase(event.value));
        },
        onSubmissionRefused: async (event) => {
          print(json ? refusalLine(event, clock.now()) : describeRefusal(event.value));
        },
        onRefused: ({ code }, { topic, partition, offset }) => {
          print(
            json
              ? JSON.stringify({ refused: code, topic, partition, offset })
              : `REFUSED ${code} at ${topic}/${partition}/${offset}`,
          );
        },
      });
      void asked.then(() => consumer.stop());
      await consumer.finished.finally(() => seen.close());
    });
}

/** One line of `--json`. */
export interface ListenedEvent {
  /** As the SDK hands it over, its signed bytes in base64. */
  readonly event: Omit<ResultEvent, 'bytes'> & { readonly bytes: string };
  readonly case: MunicipalCase;
  /** Milliseconds since the epoch: when the case had been advanced. */
  readonly handledAt: number;
}

function jsonLine(event: ResultEvent, advanced: MunicipalCase, handledAt: number): string {
  const bytes = Buffer.from(event.bytes).toString('base64');
  return JSON.stringify({ event: { ...event, bytes }, case: advanced, handledAt } satisfies ListenedEvent);
}

/** The end of a case as a line of `--json`, told apart by its member `caseEvent`. */
export interface ListenedCase {
  readonly caseEvent: Omit<CaseEvent, 'bytes'> & { readonly bytes: string };
  /** Milliseconds since the epoch: when it had been read. */
  readonly handledAt: number;
}

function caseLine(event: CaseEvent, handledAt: number): string {
  const bytes = Buffer.from(event.bytes).toString('base64');
  return JSON.stringify({ caseEvent: { ...event, bytes }, handledAt } satisfies ListenedCase);
}

/** A submission over Kafka that was not taken as a line of `--json`, told apart by its member `submissionRefused`. */
export interface ListenedRefusal {
  readonly submissionRefused: Omit<SubmissionRefusedEvent, 'bytes'> & { readonly bytes: string };
  /** Milliseconds since the epoch: when it had been read. */
  readonly handledAt: number;
}

function refusalLine(event: SubmissionRefusedEvent, handledAt: number): string {
  const bytes = Buffer.from(event.bytes).toString('base64');
  return JSON.stringify({ submissionRefused: { ...event, bytes }, handledAt } satisfies ListenedRefusal);
}

function describeRefusal({ caseId, submissionId, problem }: SubmissionRefusedEvent['value']): string {
  const fields = (problem.errors ?? []).map(({ pointer }) => pointer).join(', ');
  return `${caseId.padEnd(20)} NOT TAKEN ${submissionId}  ${problem.code}${fields === '' ? '' : ` (${fields})`}`;
}

function describeCase({ caseId, procedure, state, missing }: CaseEvent['value']): string {
  const lacks = missing.length === 0 ? '' : ` without ${missing.map(({ step }) => step).join(', ')}`;
  return `${caseId.padEnd(20)} case      ${procedure}  ${state}${lacks}`;
}

function describe(
  value: { caseId: string; service: string; state: string; result?: { kind: string } },
  step: number,
): string {
  return `${value.caseId.padEnd(20)} step ${String(step).padStart(3)}  ${value.service}  ${value.state}`;
}
