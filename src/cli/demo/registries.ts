import { adapterKinds } from '../../../adapters/index.js';
import { choosePort } from './ports.js';

/** The simulated registries of the demo. */
export interface DemoRegistry {
  /** Of the adapter, for example `municipal-tax`. */
  readonly name: string;
  /** `http://127.0.0.1:9301` */
  readonly url: string;
  /** Environment variable that tells the gateway where it is, and its value. */
  readonly variable: readonly [name: string, value: string];
}

/** Paths below which the registries are asked; SOAP and REST. */
const basePaths: Readonly<Record<string, string>> = { civil: '/soap', property: '/soap' };

/** One free port for every registry: its own where nobody listens there. */
export async function placeRegistries(): Promise<DemoRegistry[]> {
  const placed: DemoRegistry[] = [];
  const taken = new Set<number>();
  for (const [name, kind] of Object.entries(adapterKinds)) {
    const { defaultPort } = await kind.simulator();
    let port = await choosePort(defaultPort);
    while (taken.has(port)) port = await choosePort(0);
    taken.add(port);
    const url = `http://127.0.0.1:${port}`;
    const variable = `URA_${name.toUpperCase().replaceAll('-', '_')}_URL`;
    placed.push({ name, url, variable: [variable, url + (basePaths[name] ?? '/v1')] });
  }
  return placed;
}

/** How many questions of this run each registry executed, by its own journal. */
export async function readJournals(
  registries: readonly DemoRegistry[],
  caseIds: ReadonlySet<string>,
): Promise<ReadonlyMap<string, number>> {
  const counts = await Promise.all(
    registries.map(async ({ name, url }) => {
      const answer = await fetch(`${url}/journal`, { signal: AbortSignal.timeout(10_000) });
      const { entries } = (await answer.json()) as { entries: readonly { readonly caseId: string }[] };
      return [name, entries.filter(({ caseId }) => caseIds.has(caseId)).length] as const;
    }),
  );
  return new Map(counts);
}

/** Tells a registry how to behave. */
export async function control({ name, url }: DemoRegistry, command: object): Promise<void> {
  const answer = await fetch(`${url}/control`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(command),
    signal: AbortSignal.timeout(10_000),
  });
  const text = await answer.text();
  if (answer.status !== 200) throw new Error(`the registry ${name} does not obey: ${text}`);
}

/** How a registry behaves just now. */
export async function behaviourOf({ url }: DemoRegistry): Promise<string> {
  const answer = await fetch(`${url}/control`, { signal: AbortSignal.timeout(10_000) });
  return ((await answer.json()) as { present: { behaviour: string } }).present.behaviour;
}
