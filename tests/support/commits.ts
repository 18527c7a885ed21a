import type { Database } from '../../src/store/database.js';

/** How transactions that change a table commit. */
export interface Commits {
  /** `synchronous_commit` as it stood at the end of each since the last call, once for each row, in their order. */
  seen(): Promise<string[]>;
}

/** Watches a table by a trigger that PostgreSQL fires when a transaction is about to commit. */
export async function watchCommits(database: Database, table: string): Promise<Commits> {
  await database.query(`
    create table commits_of_${table} (number serial, setting text);
    create function note_commit_of_${table}() returns trigger language plpgsql as $$ begin
      insert into commits_of_${table} (setting) values (current_setting('synchronous_commit'));
      return null;
    end $$;
    create constraint trigger note_commit after insert or update or delete on ${table}
      deferrable initially deferred for each row execute function note_commit_of_${table}()`);
  return {
    async seen() {
      const { rows } = await database.query<{ setting: string }>(
        `with taken as (delete from commits_of_${table} returning *) select setting from taken order by number`,
      );
      return rows.map(({ setting }) => setting);
    },
  };
}
