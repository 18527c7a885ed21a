export interface Check {
  readonly name: string;
  readonly status: 'ok' | 'failing' | 'warning';
  readonly detail?: string;
}

export interface ReadinessParts {
  /** Resolves when the store answers. */
  readonly store: () => Promise<unknown>;
  readonly broker: () => Promise<boolean>;
  readonly registries: readonly {
    readonly name: string;
    readonly probe: (signal: AbortSignal) => Promise<boolean>;
  }[];
  readonly certificates: () => { name: string; expiresInSeconds: number }[];
  readonly stopping: () => boolean;
}

const CHECK_MS = 2_000;
const WARN_DAYS = 30;

/**
 * Whether the gateway can accept requests. Only the store and our own certificates can make it not ready: with
 * the broker or a registry down, requests are still accepted and kept, so those are warnings.
 */
export async function checkReadiness(
  parts: ReadinessParts,
): Promise<{ status: 'ready' | 'not-ready'; checks: Check[] }> {
  const [store, broker, ...registries] = await Promise.all([
    within(parts.store().then(() => true)),
    within(parts.broker()),
    ...parts.registries.map(({ probe }) => within(probe(AbortSignal.timeout(CHECK_MS)))),
  ]);
  const checks: Check[] = [
    store ? { name: 'store', status: 'ok' } : failing('store', `no answer within ${CHECK_MS} ms`),
    broker ? { name: 'broker', status: 'ok' } : warning('broker', 'not reachable; events wait in the outbox'),
    ...parts.registries.map(
      ({ name }, index): Check =>
        registries[index]
          ? { name: `registry-${name}`, status: 'ok' }
          : warning(`registry-${name}`, 'not reachable; requests to it are kept and tried again'),
    ),
    ...parts.certificates().map(checkCertificate),
    ...(parts.stopping() ? [failing('process', 'is stopping')] : []),
  ];
  return { status: checks.some((check) => check.status === 'failing') ? 'not-ready' : 'ready', checks };
}

function checkCertificate({ name, expiresInSeconds }: { name: string; expiresInSeconds: number }): Check {
  const label = `certificate-${name}`;
  const days = Math.floor(expiresInSeconds / 86_400);
  if (expiresInSeconds <= 0) return failing(label, 'has expired; replace it');
  if (days < WARN_DAYS) return warning(label, `expires in ${days} days; replace it`);
  return { name: label, status: 'ok' };
}

function failing(name: string, detail: string): Check {
  return { name, status: 'failing', detail };
}

function warning(name: string, detail: string): Check {
  return { name, status: 'warning', detail };
}

/** False after the time is up or on any failure: a check that cannot be made has not succeeded. */
async function within(check: Promise<boolean>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), CHECK_MS);
  });
  return Promise.race([check.catch(() => false), late]).finally(() => clearTimeout(timer));
}
