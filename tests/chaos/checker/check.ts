import { inTransaction, openDatabase } from '../../../src/store/database.js';
import { auditRequests } from './audit-requests.js';
import { readAccepted, readActed, readExecutions } from './journals.js';
import { judge } from './judge.js';
import { readDatabase } from './read-database.js';
import { readTopics } from './read-topics.js';
import type { Finding, RunFile } from './run-file.js';

export interface Checked {
  /** Submissions that a client holds an acceptance of. */
  readonly accepted: number;
  readonly findings: readonly Finding[];
  /** What was looked at, in a sentence. */
  readonly read: string;
}

/**
 * Reads what clients and registries wrote down, the database and the topics, and recomputes what was promised.
 *
 * @throws {Error} when any of them cannot be read: nothing is said then.
 */
export async function checkRun(run: RunFile): Promise<Checked> {
  const database = openDatabase({ url: run.databaseUrl, maxConnections: 1, statementTimeoutMs: 300_000 });
  try {
    const facts = await inTransaction(database, async (connection) => {
      await connection.query('set transaction isolation level repeatable read, read only');
      return readDatabase(connection);
    });
    const delivered = await readTopics(run.brokers);
    const accepted = await readAccepted(run.clientJournals);
    const journals = Object.entries(run.registryJournals);
    const executions = await Promise.all(journals.map(([name, file]) => readExecutions(name, file)));
    const acted = await readActed(run.operatorJournals);
    const judged = judge({
      accepted,
      acted,
      database: facts,
      delivered,
      registries: new Set(journals.map(([registry]) => registry)),
      executions: executions.flat(),
    });
    const { findings, audited } = await auditRequests(run, database, facts, delivered);
    const ours = delivered.filter(({ headers }) => facts.matters.has(headers.ce_subject ?? ''));
    const repetitions = ours.length - new Set(ours.map(({ headers }) => headers.ce_id)).size;
    const executed = executions.flat().filter(({ repeated }) => !repeated).length;
    return {
      accepted: accepted.length,
      findings: [...judged, ...findings],
      read:
        `${facts.matters.size} requests and cases, ${facts.written.length} events written, ${ours.length} delivered ` +
        `(${repetitions} repetitions with the same ce_id), ${executed} executions, ` +
        `${executions.flat().length - executed} questions repeated, ${acted.length} actions of operators, ` +
        `${audited} audited`,
    };
  } finally {
    await database.end();
  }
}
