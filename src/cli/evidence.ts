import { Command, InvalidArgumentError } from 'commander';
import { UraClient } from '../client/index.js';
import { readConfig } from '../config/read-config.js';
import { configFolderOf, dataFolderOf } from '../environment.js';
import { auditEvidence } from '../evidence/audit.js';
import type { Check } from '../evidence/audit-input.js';
import { readAuditKeys } from '../evidence/audit-keys.js';
import { readAuditedRequest } from '../evidence/audit-store.js';
import { createEvidenceStore } from '../evidence/evidence-store.js';
import { createArchiveStore } from '../months/archive-store.js';
import type { CommandParts } from './command-parts.js';
import { gatewaySentence } from './gateway-sentence.js';
import { openOwnClient } from './own-client.js';
import { openOwnDatabase } from './own-database.js';

interface VerifyOptions {
  readonly gateway?: string;
  readonly municipality: string;
}

/** `ura evidence verify` */
export function evidenceCommand(parts: CommandParts): Command {
  return new Command('evidence').description('look into what was exchanged').addCommand(verifyCommand(parts));
}

function verifyCommand({ print, variables, clock }: CommandParts): Command {
  return new Command('verify')
    .description(
      'verify the stored evidence of one request again, independently of what the gateway concluded',
    )
    .argument('<requestId>', 'id of the request', requestId)
    .option('--gateway <url>', 'also fetch the receipt from there, and hold it against the evidence')
    .option('--municipality <code>', 'whose request it is; for --gateway', '20')
    .addHelpText(
      'after',
      `
Reads the database (DATABASE_URL, or the embedded PostgreSQL of URA_DATA, running or not) and the pinned keys
of the configuration. Registry messages are verified by xml-crypto, not by the gateway's own verifier.
Exit code 1 when anything does not hold.

Examples:
  $ ura evidence verify 019a8f2e-1c5b-7d3a-9b1e-5f0c2a7d4e61
  $ ura evidence verify 019a8f2e-1c5b-7d3a-9b1e-5f0c2a7d4e61 --gateway http://127.0.0.1:8080
      with the receipt, as the client gets it`,
    )
    .action(async (id: string, options: VerifyOptions, command: Command) => {
      const source = await openOwnDatabase(variables);
      let checks: Check[];
      try {
        const request = await readAuditedRequest(source.database, id);
        if (!request) {
          const archived = await createArchiveStore(source.database).isArchived(id);
          throw new Error(
            `this database has no request ${id}${archived ? ': its month is archived (ura months list)' : ''}`,
          );
        }
        const folder = configFolderOf(variables);
        const config = await readConfig(folder, {
          ...variables,
          URA_DATA: dataFolderOf(variables),
        });
        const { gateway } = options;
        checks = await auditEvidence({
          request,
          rows: await createEvidenceStore(source.database).read(id),
          keys: await readAuditKeys(config, folder),
          now: clock.now(),
          ...(gateway === undefined ? {} : { receipt: await fetchReceipt(gateway, id, options) }),
        });
        print(`${id}: ${request.service}, ${request.state}`);
      } finally {
        await source.close();
      }
      printTable(checks, print);
      if (options.gateway === undefined) print('receipt not looked at: name the gateway with --gateway');
      const failed = checks.filter(({ ok }) => !ok).length;
      print(
        failed === 0 ? `all ${checks.length} checks hold` : `${failed} of ${checks.length} checks FAILED`,
      );
      if (failed > 0) command.error('error: the evidence does not hold', { exitCode: 1 });
    });

  async function fetchReceipt(gateway: string, id: string, options: VerifyOptions) {
    const client = new UraClient({ gateway, clock, ...(await openOwnClient(variables, options)) });
    try {
      return await client.receipt(id);
    } catch (error) {
      throw gatewaySentence(error, gateway);
    } finally {
      client.close();
    }
  }
}

function printTable(checks: readonly Check[], print: (line: string) => void): void {
  const width = Math.max(...checks.map(({ name }) => name.length));
  for (const { name, ok, detail } of checks) {
    print(`  ${ok ? 'ok    ' : 'FAILED'}  ${name.padEnd(width)}  ${detail}`);
  }
}

function requestId(text: string): string {
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text)) return text;
  throw new InvalidArgumentError('Give the id of a request, as its resource and its event carry it.');
}
