/**
 * Remembers which events were handled. The best place is the municipality's own database: let `handler` insert
 * `event.id` in the same transaction as its own work, make `has` look there, and let `add` do nothing. Then an
 * event is handled exactly once even when the process dies between the two.
 *
 * ```ts
 * const seen: SeenEvents = {
 *   has: async (id) => (await sql`select 1 from seen_event where id = ${id}`).length > 0,
 *   add: async () => {},
 * };
 * ```
 */
export interface SeenEvents {
  has(id: string): Promise<boolean>;
  /** Called after the handler resolved and before the offset is committed. */
  add(id: string): Promise<void>;
}

/** Remembers the last events in memory: for tests, and where handling an event twice after a restart does no harm. */
export function seenInMemory({ keep = 100_000 }: { readonly keep?: number } = {}): SeenEvents {
  const ids = new Set<string>();
  return {
    has: async (id) => ids.has(id),
    async add(id) {
      ids.add(id);
      // A set lists in the order of insertion, so the first is the oldest.
      for (const oldest of ids) {
        if (ids.size <= keep) break;
        ids.delete(oldest);
      }
    },
  };
}
