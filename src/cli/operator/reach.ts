import { randomUUID } from 'node:crypto';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { CommandParts } from '../command-parts.js';
import { gatewaySentence } from '../gateway-sentence.js';
import { OperatorClient } from './operator-client.js';
import { openOwnOperator } from './own-operator.js';

/** Which gateway, and as whom. */
export interface ReachOptions {
  readonly gateway: string;
  readonly as?: string;
  readonly key?: string;
  readonly gatewayKey?: string;
  readonly json?: boolean;
}

/** Of every action. */
export interface ReasonOptions extends ReachOptions {
  readonly reason: string;
  readonly text: string;
  readonly idempotencyKey: string;
}

/** Adds the options by which a gateway is reached as an operator. */
export function reaching(command: Command): Command {
  return command
    .option('--gateway <url>', 'where the gateway is', 'http://127.0.0.1:8080')
    .option('--as <operator>', 'id of the operator (or URA_OPERATOR); default: the only one, or operations')
    .option('--key <file>', "the operator's private key (or URA_OPERATOR_KEY)")
    .option('--gateway-key <file>', "the gateway's public key")
    .option('--json', 'print JSON');
}

/** Adds what every action needs. */
export function giving(command: Command, reasons: readonly string[]): Command {
  return reaching(command)
    .addOption(new Option('--reason <code>', 'why').choices(reasons).makeOptionMandatory())
    .requiredOption('--text <text>', 'why, in words', words)
    .option('--idempotency-key <key>', 'repeat with the same one to be sure', randomUUID());
}

/** Calls the gateway as the operator, with errors as sentences. */
export async function asOperator<Result>(
  { variables, clock }: Pick<CommandParts, 'variables' | 'clock'>,
  options: ReachOptions,
  work: (client: OperatorClient) => Promise<Result>,
): Promise<Result> {
  const own = await openOwnOperator(variables, options);
  const client = new OperatorClient({ gateway: options.gateway, clock, ...own });
  try {
    return await work(client);
  } catch (error) {
    throw gatewaySentence(error, options.gateway);
  } finally {
    client.close();
  }
}

function words(text: string): string {
  if (text.trim().length >= 3) return text.trim();
  throw new InvalidArgumentError('Say it in words.');
}
