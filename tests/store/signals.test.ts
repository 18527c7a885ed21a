import assert from 'node:assert/strict';
import { openSignals, type Signals } from '../../src/store/signals.js';
import { type FreshDatabase, freshDatabase } from '../support/fresh-database.js';
import { waitFor } from '../support/wait-for.js';

describe('signals between nodes', function () {
  this.timeout(60_000);
  let fresh: FreshDatabase;
  let nodes: Node[];

  interface Node {
    readonly signals: Signals;
    work: number;
    readonly ended: string[];
    readonly problems: Error[];
  }

  const openNode = (): Node => {
    const node = { work: 0, ended: [] as string[], problems: [] as Error[] };
    const signals = openSignals({
      database: fresh.database,
      url: fresh.url,
      onWork() {
        node.work += 1;
      },
      onEnded: (id) => node.ended.push(id),
      onProblem: (error) => node.problems.push(error),
    });
    return Object.assign(node, { signals });
  };
  const listeners = async (): Promise<number[]> => {
    const { rows } = await fresh.database.query<{ pid: number }>(
      `select pid from pg_stat_activity
       where datname = current_database() and application_name = 'ura signals' and query like 'listen%'`,
    );
    return rows.map(({ pid }) => pid);
  };
  const allListen = (but: readonly number[] = []) =>
    waitFor(async () => {
      const present = await listeners();
      return present.length === nodes.length && !present.some((pid) => but.includes(pid))
        ? present
        : undefined;
    }, 'all nodes to listen');

  beforeEach(async () => {
    fresh = await freshDatabase();
    nodes = [openNode(), openNode()];
    await allListen();
  });
  afterEach(async () => {
    await Promise.all(nodes.map(({ signals }) => signals.stop()));
    await fresh.drop();
  });

  it('reach every node: many of the same moment together, each id once', async () => {
    const [one, other] = nodes as [Node, Node];
    const ids = Array.from({ length: 450 }, (_, number) => `request-${number}`);
    for (const id of ids) one.signals.ended(id);
    for (let count = 0; count < 10; count += 1) one.signals.work();
    await waitFor(
      () => (other.ended.length >= ids.length && other.work > 0 ? true : undefined),
      'the signals',
    );
    assert.deepEqual(other.ended, ids);
    assert.equal(other.work, 1, 'one for all that was stored in that moment');
    await waitFor(() => (one.ended.length >= ids.length ? true : undefined), 'its own');
  });

  it('come again after the connection was lost', async () => {
    const [one, other] = nodes as [Node, Node];
    const before = await listeners();
    await fresh.database.query('select pg_terminate_backend(pid) from unnest($1::int[]) as pid', [before]);
    await allListen(before);
    one.signals.ended('request-1');
    await waitFor(() => (other.ended.length > 0 ? true : undefined), 'the signal');
    assert.deepEqual(other.ended, ['request-1']);
  });
});
