import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { dataFolderOf } from '../environment.js';
import { openDatabase } from '../store/database.js';
import { startEmbeddedPostgres } from '../store/embedded-postgres.js';
import type { CommandParts } from './command-parts.js';

/** The database of the environment (`DATABASE_URL`, or the embedded one), and how to leave it as it was found. */
export async function openOwnDatabase(variables: CommandParts['variables'], maxConnections = 1) {
  const folder = dataFolderOf(variables);
  const embedded = variables.DATABASE_URL ? undefined : await openEmbedded(folder);
  const database = openDatabase({
    url: variables.DATABASE_URL ?? (embedded?.url as string),
    maxConnections,
  });
  return {
    database,
    async close() {
      await database.end();
      if (embedded && !embedded.adopted) await embedded.stop();
    },
  };
}

async function openEmbedded(folder: string) {
  // Starting it where there is none would make an empty one, and say that the evidence is missing.
  await access(join(folder, 'postgres')).catch(() => {
    throw new Error(
      `there is no embedded PostgreSQL in ${folder}: set DATABASE_URL, or URA_DATA to its folder`,
    );
  });
  return startEmbeddedPostgres(folder);
}
