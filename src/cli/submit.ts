import { randomUUID } from 'node:crypto';
import { Command, InvalidArgumentError } from 'commander';
import { type RequestDraft, UraClient } from '../client/index.js';
import type { CommandParts } from './command-parts.js';
import { gatewaySentence } from './gateway-sentence.js';
import { openOwnClient } from './own-client.js';
import { submitOverKafka } from './submit-over-kafka.js';

interface SubmitOptions {
  readonly gateway: string;
  readonly municipality: string;
  readonly service: string;
  readonly nid: string;
  readonly purpose: string;
  readonly legalBasis: string;
  readonly officer: string;
  readonly unit: string;
  readonly case: string;
  readonly fields?: string;
  readonly parameters: Record<string, unknown>;
  readonly wait: number;
  readonly idempotencyKey: string;
  readonly kafka: boolean;
  readonly brokers?: string;
  readonly key?: string;
  readonly gatewayKey?: string;
}

/** `ura submit` */
export function submitCommand({ print, variables, clock }: CommandParts): Command {
  const command = new Command('submit')
    .description('submit one request as a municipality, signed, and print what comes back')
    .option('--gateway <url>', 'where the gateway is', 'http://127.0.0.1:8080')
    .option('--municipality <code>', 'whose client to speak as', '20')
    .option('--service <code>', 'service code; GET /v1/services lists them', 'AL012031')
    .requiredOption('--nid <number>', 'personal number that the question is about')
    .option('--purpose <code>', 'purpose as granted', 'social-housing')
    .option('--legal-basis <text>', 'law and article', 'Ligji 22/2018 për strehimin social')
    .option('--officer <name>', 'who asks', 'officer.demo')
    .option('--unit <name>', 'of which unit', 'Zyra me një ndalesë')
    .option('--case <id>', "the municipality's own name of the matter", 'DEMO-1')
    .option('--fields <names>', 'only these fields, separated by commas')
    .option('--parameters <json>', 'parameters of the service', object, {})
    .option('--wait <seconds>', 'wait so long for the result, 0 to 30', seconds, 10)
    .option('--idempotency-key <key>', 'repeat with the same one to be sure', randomUUID())
    .option('--kafka', 'produce it to oss.<municipality>.requests.v1 instead of calling the gateway', false)
    .option('--brokers <list>', 'Kafka brokers, for --kafka (default: KAFKA_BROKERS)')
    .option('--key <file>', "the client's private key")
    .option('--gateway-key <file>', "the gateway's public key")
    .addHelpText(
      'after',
      `
Examples (the numbers come from \`ura simulate civil\`):
  $ ura submit --nid H01030778P
      family composition for social housing
  $ ura submit --service AL012002 --parameters '{"factKind":"BIRTH"}' --nid J31127676J
  $ ura submit --service AL012001 --fields person.givenName,civilStatus --nid J96126911C --wait 0
  $ KAFKA_BROKERS=127.0.0.1:9092 ura submit --kafka --nid H01030778P
      over Kafka, for a client with kafkaIntake in config/clients/; \`ura listen\` shows what comes of it`,
    );
  return command.action(async (options: SubmitOptions) => {
    const own = await openOwnClient(variables, options);
    const draft: RequestDraft = {
      service: options.service,
      subject: { scheme: 'NID', notation: options.nid },
      purpose: options.purpose,
      legalBasis: options.legalBasis,
      requester: { organisation: own.organisation, officer: options.officer, unit: options.unit },
      caseId: options.case,
      parameters: options.parameters,
      ...(options.fields === undefined ? {} : { requestedFields: options.fields.split(',') }),
    };
    if (options.kafka) {
      const brokers = options.brokers ?? variables.KAFKA_BROKERS;
      if (!brokers) command.error('error: name the brokers with --brokers or KAFKA_BROKERS');
      const produced = await submitOverKafka(draft, { ...options, own, brokers: brokers as string, clock });
      return print(JSON.stringify(produced, null, 2));
    }
    const client = new UraClient({ gateway: options.gateway, clock, ...own });
    try {
      const request = await client.submit(draft, {
        idempotencyKey: options.idempotencyKey,
        waitSeconds: options.wait,
      });
      print(JSON.stringify(request, null, 2));
    } catch (error) {
      throw gatewaySentence(error, options.gateway);
    } finally {
      client.close();
    }
  });
}

function seconds(text: string): number {
  if (!/^\d{1,2}$/.test(text) || Number(text) > 30) throw new InvalidArgumentError('Give 0 to 30 seconds.');
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
