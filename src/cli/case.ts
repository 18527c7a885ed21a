import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Command, InvalidArgumentError } from 'commander';
import { type CaseResource, UraClient } from '../client/index.js';
import { drawCase, paintFor } from './case-tree.js';
import type { CommandParts } from './command-parts.js';
import { gatewaySentence } from './gateway-sentence.js';
import { openOwnClient } from './own-client.js';

interface ClientOptions {
  readonly gateway: string;
  readonly municipality: string;
  readonly key?: string;
  readonly gatewayKey?: string;
}

interface ShowOptions extends ClientOptions {
  readonly json?: boolean;
}

interface SubmitOptions extends ShowOptions {
  readonly applicant: { readonly scheme: 'NID' | 'NUIS'; readonly notation: string };
  readonly form: Record<string, unknown>;
  readonly officer: string;
  readonly unit: string;
  readonly case: string;
  readonly deadline?: string;
  readonly idempotencyKey: string;
  readonly wait: number;
}

/** Pause between two looks at a case that is waited for, milliseconds. */
const LOOK_AGAIN_MS = 250;

/** `ura case submit`, `ura case show` and what else is done with a case. */
export function caseCommand({
  print,
  variables,
  clock,
  terminal,
}: CommandParts & { readonly terminal?: { readonly isTTY?: boolean } }): Command {
  const paint = paintFor(terminal?.isTTY === true);
  const show = (present: CaseResource, { json }: ShowOptions): void => {
    if (json) print(JSON.stringify(present, null, 2));
    else for (const line of drawCase(present, paint)) print(line);
  };
  const withClient = async (
    options: ShowOptions,
    work: (client: UraClient, organisation: string) => Promise<CaseResource>,
  ): Promise<void> => {
    const own = await openOwnClient(variables, options);
    const client = new UraClient({ gateway: options.gateway, clock, ...own });
    try {
      show(await work(client, own.organisation), options);
    } catch (error) {
      throw gatewaySentence(error, options.gateway);
    } finally {
      client.close();
    }
  };
  const ended = async (client: UraClient, id: string, seconds: number): Promise<CaseResource> => {
    for (const until = clock.now() + seconds * 1000; ; await sleep(LOOK_AGAIN_MS)) {
      const present = await client.getCase(id);
      if (present.state !== 'running' || clock.now() >= until) return present;
    }
  };

  const submit = asMunicipality(new Command('submit'))
    .description('submit an application by the procedure of a service, and show how it goes')
    .argument('<procedure>', 'code of the administrative service')
    .requiredOption('--applicant <scheme:number>', 'for example NID:H01030778P', identifier)
    .option('--form <json>', 'the filled-in form', object, {})
    .option('--officer <name>', 'who asks', 'officer.demo')
    .option('--unit <name>', 'of which unit', 'Zyra me një ndalesë')
    .option('--case <id>', "the municipality's own name of the matter", 'DEMO-1')
    .option('--deadline <time>', 'what is not answered by then is missing (RFC 3339)')
    .option('--wait <seconds>', 'wait so long for the end, 0 to 600', seconds, 20)
    .option('--idempotency-key <key>', 'repeat with the same one to be sure', randomUUID())
    .addHelpText(
      'after',
      `
Examples:
  $ ura case submit AL020101 --applicant NID:H01030778P --form '{"householdSize":6}'
      applies, waits for the end and draws the steps
  $ ura case submit AL020101 --applicant NID:H01030778P --wait 0 --json`,
    )
    .action(async (procedure: string, options: SubmitOptions) =>
      withClient(options, async (client, organisation) => {
        const { applicant, form, officer, unit, deadline } = options;
        const submitted = await client.submitCase(
          procedure,
          {
            applicant,
            form,
            requester: { organisation, officer, unit },
            caseId: options.case,
            ...(deadline === undefined ? {} : { deadline }),
          },
          options,
        );
        return ended(client, submitted.id, options.wait);
      }),
    );

  const showOne = asMunicipality(new Command('show'))
    .description('draw the steps of a case: states, times, what is missing')
    .argument('<id>', "the gateway's id of the case")
    .option('--wait <seconds>', 'wait so long for the end, 0 to 600', seconds, 0)
    .addHelpText(
      'after',
      `
Examples:
  $ ura case show 0199a1f2-6c3e-7d41-9a5b-3f2c1d0e4c00
  $ ura case show 0199a1f2-6c3e-7d41-9a5b-3f2c1d0e4c00 --wait 60`,
    )
    .action(async (id: string, options: ShowOptions & { readonly wait: number }) =>
      withClient(options, (client) => ended(client, id, options.wait)),
    );

  const cancel = asMunicipality(new Command('cancel'))
    .description('withdraw a case and what it still has open')
    .argument('<id>', "the gateway's id of the case")
    .requiredOption('--reason <text>', 'why; stored with the case')
    .addHelpText(
      'after',
      `
Examples:
  $ ura case cancel 0199a1f2-6c3e-7d41-9a5b-3f2c1d0e4c00 --reason 'the citizen withdrew it'`,
    )
    .action(async (id: string, options: ShowOptions & { readonly reason: string }) =>
      withClient(options, (client) => client.cancelCase(id, options.reason)),
    );

  const retry = asMunicipality(new Command('retry'))
    .description('ask again what a step did not get')
    .argument('<id>', "the gateway's id of the case")
    .argument('<step>', 'id of the step')
    .option('--deadline <time>', 'a new deadline (RFC 3339)')
    .option('--by-hand', 'ask the officers instead of the registry')
    .option('--wait <seconds>', 'wait so long for the end, 0 to 600', seconds, 20)
    .addHelpText(
      'after',
      `
Examples:
  $ ura case retry 0199a1f2-6c3e-7d41-9a5b-3f2c1d0e4c00 family
  $ ura case retry 0199a1f2-6c3e-7d41-9a5b-3f2c1d0e4c00 family --deadline 2026-12-01T15:00:00Z
  $ ura case retry 0199a1f2-6c3e-7d41-9a5b-3f2c1d0e4c00 birth --by-hand --wait 0`,
    )
    .action(
      async (
        id: string,
        step: string,
        options: ShowOptions & {
          readonly deadline?: string;
          readonly byHand?: boolean;
          readonly wait: number;
        },
      ) =>
        withClient(options, async (client) => {
          const { deadline, byHand } = options;
          await client.retryStep(id, step, {
            ...(deadline === undefined ? {} : { deadline }),
            ...(byHand === true ? { byHand } : {}),
          });
          return ended(client, id, options.wait);
        }),
    );

  return new Command('case')
    .description('one citizen matter that needs several registries')
    .addCommand(submit)
    .addCommand(showOne)
    .addCommand(cancel)
    .addCommand(retry);
}

function asMunicipality(command: Command): Command {
  return command
    .option('--gateway <url>', 'where the gateway is', 'http://127.0.0.1:8080')
    .option('--municipality <code>', 'whose client to speak as', '20')
    .option('--key <file>', "the client's private key")
    .option('--gateway-key <file>', "the gateway's public key")
    .option('--json', 'print the case as JSON');
}

function identifier(text: string): SubmitOptions['applicant'] {
  const [, scheme, notation] = /^(NID|NUIS):(.+)$/.exec(text) ?? [];
  if (scheme === undefined || notation === undefined) {
    throw new InvalidArgumentError('Give the scheme and the number, such as NID:H01030778P.');
  }
  return { scheme: scheme as 'NID' | 'NUIS', notation };
}

function seconds(text: string): number {
  if (!/^\d{1,3}$/.test(text) || Number(text) > 600) throw new InvalidArgumentError('Give 0 to 600 seconds.');
  return Number(text);
}

function object(text: string): Record<string, unknown> {
  try {
    const value = JSON.parse(text) as unknown;
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as Record<string, unknown>;
  } catch {
    // Answered below, like any other text that is no JSON object.
  }
  throw new InvalidArgumentError('Give a JSON object.');
}
