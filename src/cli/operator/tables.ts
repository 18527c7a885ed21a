/** `RequestLine` of `openapi/operator.yaml`. */
export interface RequestLine {
  readonly id: string;
  readonly state: string;
  readonly reason?: string;
  readonly client: string;
  readonly municipality: string;
  readonly service: string;
  readonly registry: string;
  readonly operation: string;
  readonly attempts: number;
  readonly acceptedAt: string;
  readonly ageSeconds: number;
  readonly updatedAt: string;
  readonly deadline: string;
  readonly nextAttemptAt?: string;
  readonly leaseUntil?: string;
}

/** `RequestDetail` of `openapi/operator.yaml`. */
export interface RequestDetail extends RequestLine {
  readonly explanation?: string;
  readonly finishedAt?: string;
  readonly leaseLive?: boolean;
  readonly ticket?: string;
  readonly office?: string;
  readonly messageId: string;
  readonly repeatable: boolean;
  readonly actions: readonly string[];
  readonly history: readonly {
    readonly sequence: number;
    readonly kind: string;
    readonly at: string;
    readonly sha256: string;
    readonly sizeBytes: number;
    readonly signedBy?: string;
    readonly action?: string;
    readonly operator?: string;
    readonly role?: string;
    readonly reason?: { readonly code: string; readonly text: string };
  }[];
}

/** `Summary` of `openapi/operator.yaml`. */
export interface Summary {
  readonly asOf: string;
  readonly total: number;
  readonly items: readonly {
    readonly state: string;
    readonly registry: string;
    readonly municipality: string;
    readonly count: number;
    readonly oldestAgeSeconds: number;
    readonly nextDeadline: string;
  }[];
}

/** Lines of columns as wide as what stands in them; the first row is the heading. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

export function requestTable(lines: readonly RequestLine[]): string[] {
  return table([
    ['id', 'state', 'reason', 'registry', 'municipality', 'client', 'age', 'tries', 'deadline'],
    ...lines.map((line) => [
      line.id,
      line.state,
      line.reason ?? '-',
      line.registry,
      line.municipality,
      line.client,
      age(line.ageSeconds),
      String(line.attempts),
      line.deadline,
    ]),
  ]);
}

export function summaryTable({ items }: Summary): string[] {
  return table([
    ['registry', 'municipality', 'state', 'count', 'oldest', 'next deadline'],
    ...items.map((each) => [
      each.registry,
      each.municipality,
      each.state,
      String(each.count),
      age(each.oldestAgeSeconds),
      each.nextDeadline,
    ]),
  ]);
}

/** One request with its history, for somebody who has to decide. */
export function requestSheet(request: RequestDetail): string[] {
  const facts: [string, string | undefined][] = [
    ['state', request.reason === undefined ? request.state : `${request.state} (${request.reason})`],
    ['', request.explanation],
    ['registry', `${request.registry}, operation ${request.operation} (service ${request.service})`],
    ['asked by', `${request.client} of municipality ${request.municipality}`],
    ['office', request.office],
    ['message id', request.messageId],
    ['ticket', request.ticket],
    ['repeatable', request.repeatable ? 'yes: the registry executes a message id once' : 'no'],
    ['attempts', String(request.attempts)],
    ['age', `${age(request.ageSeconds)}, accepted ${request.acceptedAt}`],
    ['changed', request.updatedAt],
    ['deadline', request.deadline],
    ['next attempt', request.nextAttemptAt],
    ['lease', request.leaseUntil && `until ${request.leaseUntil}${request.leaseLive ? '' : ' (run out)'}`],
    ['finished', request.finishedAt],
    [
      'you can',
      request.actions.length === 0 ? 'do nothing with it as it stands' : request.actions.join(', '),
    ],
  ];
  const rows = facts.flatMap(([name, value]) => (value === undefined ? [] : [[`  ${name}`, value]]));
  const history = request.history.map((entry) => [
    `  #${entry.sequence}`,
    entry.at,
    entry.kind,
    `${entry.sha256.slice(0, 16)}…`,
    `${entry.sizeBytes} bytes`,
    entry.action === undefined
      ? (entry.signedBy ?? '')
      : `${entry.action} by ${entry.operator} as ${entry.role}: ${entry.reason?.code}, ${entry.reason?.text}`,
  ]);
  return [request.id, ...table(rows), '', 'history', ...table(history)];
}

/** `45s`, `12m`, `3h 05m`, `2d 4h` */
export function age(seconds: number): string {
  const [minutes, hours, days] = [60, 3_600, 86_400].map((unit) => Math.floor(seconds / unit)) as [
    number,
    number,
    number,
  ];
  if (days > 0) return `${days}d ${hours % 24}h`;
  if (hours > 0) return `${hours}h ${String(minutes % 60).padStart(2, '0')}m`;
  return minutes > 0 ? `${minutes}m` : `${seconds}s`;
}
