import type { Database } from '../../src/store/database.js';

/** How transactions that change a table commit. */
export interface Commits {
  /** `synchronous_commit` of those since the last call, as it stood at the end of each. */
  seen(): Promise<string[]>;
}

/** Watches a table by a trigger that PostgreSQL fires when a transaction is about to commit. */
export async function watchCommits(database: Database, table: string): Promise<Commits> {
  await database.query(`
    create table commits_of_${table} (setting text);
    create function note_commit_of_${table}() returns trigger language plpgsql as $$ begin
      insert into commits_of_${table} values (current_setting('synchronous_commit'));
      return null;
    end $$;
    create constraint trigger note_commit after insert or delete on ${table}
      deferrable initially deferred for each row execute function note_commit_of_${table}()`);
  return {
    async seen() {
      const { rows } = await database.query<{ setting: string }>(
        `delete from commits_of_${table} returning setting`,
      );
      return rows.map(({ setting }) => setting);
    },
  };
}
