import type { Database } from '../store/database.js';

/** A time in which one endpoint of a registry could not be used. Milliseconds since the epoch. */
export interface Outage {
  readonly endpoint: string;
  readonly from: number;
  /** Absent: it lasts. */
  readonly until?: number;
}

export interface OutageStore {
  /** Those of a registry that overlap a time, in their order. */
  during(registry: string, from: number, until: number): Promise<Outage[]>;
}

export function createOutageStore(database: Database): OutageStore {
  return {
    async during(registry, from, until) {
      const { rows } = await database.query<{ endpoint: string; started_at: Date; ended_at: Date | null }>({
        name: 'outage-during',
        text: `select endpoint, started_at, ended_at from registry_outages
               where registry = $1 and started_at < $3 and (ended_at is null or ended_at > $2)
               order by started_at, id`,
        values: [registry, new Date(from), new Date(until)],
      });
      return rows.map(({ endpoint, started_at, ended_at }) => ({
        endpoint,
        from: started_at.getTime(),
        ...(ended_at === null ? {} : { until: ended_at.getTime() }),
      }));
    },
  };
}
