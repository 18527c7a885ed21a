export interface Check {
  readonly name: string;
  readonly status: 'ok' | 'failing' | 'warning';
  readonly detail?: string;
}

export interface ReadinessParts {
  /** Resolves when the store answers. */
  readonly store: () => Promise<unknown>;
  readonly broker: () => Promise<boolean>;
  /** How many events were given up and wait for an operator. */
  readonly deadLetters: () => Promise<number>;
  readonly registries: readonly {
    readonly name: string;
    readonly probe: (signal: AbortSignal) => Promise<boolean>;
    /** Since when none of its endpoints is called; absent while one is. Milliseconds since the epoch. */
    readonly downSince?: () => number | undefined;
  }[];
  readonly certificates: () => CertificateSeen[];
  /** Absent where the configuration is read once. */
  readonly trust?: () => TrustSeen;
  readonly stopping: () => boolean;
}

/** A certificate; a partner's own (`pinned`) never makes the gateway not ready. */
export interface CertificateSeen {
  readonly name: string;
  readonly file?: string;
  readonly expiresInSeconds: number;
  readonly startsInSeconds?: number;
  readonly pinned?: boolean;
}

/** The configuration in use, its keys and the revocation lists; ages in seconds. */
export interface TrustSeen {
  readonly configurationAgeSeconds: number;
  /** How long what is on disk cannot be used; 0 while it can. */
  readonly unusableSeconds: number;
  /** Without age when no list was ever loaded. */
  readonly crls: readonly {
    readonly name: string;
    readonly ageSeconds?: number;
    readonly nextInSeconds?: number;
    readonly problem?: string;
  }[];
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
  const [store, broker, dead, ...registries] = await Promise.all([
    within(parts.store().then(() => true)),
    within(parts.broker()),
    within(parts.deadLetters().then((count) => count > 0)),
    ...parts.registries.map(({ probe }) => within(probe(AbortSignal.timeout(CHECK_MS)))),
  ]);
  const checks: Check[] = [
    store ? { name: 'store', status: 'ok' } : failing('store', `no answer within ${CHECK_MS} ms`),
    broker ? { name: 'broker', status: 'ok' } : warning('broker', 'not reachable; events wait in the outbox'),
    dead
      ? warning('dead-letters', 'events were given up: see ura dead-letter list')
      : { name: 'dead-letters', status: 'ok' },
    ...parts.registries.map(({ name, downSince }, index): Check => {
      const since = downSince?.();
      if (since !== undefined) {
        const when = new Date(since).toISOString();
        return warning(`registry-${name}`, `does not answer since ${when}; requests to it are kept`);
      }
      return registries[index]
        ? { name: `registry-${name}`, status: 'ok' }
        : warning(`registry-${name}`, 'not reachable; requests to it are kept and tried again');
    }),
    ...parts.certificates().map(checkCertificate),
    ...(parts.trust ? checkTrust(parts.trust()) : []),
    ...(parts.stopping() ? [failing('process', 'is stopping')] : []),
  ];
  return { status: checks.some((check) => check.status === 'failing') ? 'not-ready' : 'ready', checks };
}

function checkCertificate(seen: CertificateSeen): Check {
  const { expiresInSeconds, startsInSeconds = 0, pinned = false } = seen;
  const label = `certificate-${seen.name}`;
  const which = seen.file === undefined ? '' : `${seen.file} `;
  const days = Math.floor(expiresInSeconds / 86_400);
  const unusable = pinned ? warning : failing;
  if (expiresInSeconds <= 0) return unusable(label, `${which}has expired; replace it`);
  if (startsInSeconds > 0) return unusable(label, `${which}is not valid yet`);
  if (days < WARN_DAYS) return warning(label, `${which}expires in ${days} days; replace it`);
  return { name: label, status: 'ok' };
}

function checkTrust({ configurationAgeSeconds, unusableSeconds, crls }: TrustSeen): Check[] {
  const configuration: Check =
    unusableSeconds > 0
      ? warning(
          'configuration',
          `what is on disk cannot be used since ${unusableSeconds} s (see the log); what was read ${configurationAgeSeconds} s ago is in use`,
        )
      : { name: 'configuration', status: 'ok', detail: `read ${configurationAgeSeconds} s ago` };
  const lists = crls.map(({ name, ageSeconds, nextInSeconds = 0, problem }): Check => {
    const because = problem === undefined ? '' : `; not refreshed: ${problem}`;
    if (ageSeconds === undefined) {
      return warning(`crl-${name}`, `no list was ever loaded: its messages are refused${because}`);
    }
    const age = `${ageSeconds} s old`;
    return nextInSeconds <= 0
      ? warning(`crl-${name}`, `${age}, the next was due ${-nextInSeconds} s ago${because}`)
      : { name: `crl-${name}`, status: 'ok', detail: age + because };
  });
  return [configuration, ...lists];
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
