import { hopsOf, isSettled, type Progress } from './progress.js';

/** Where the demo is seen. */
export interface Terminal {
  readonly isTTY?: boolean;
  readonly rows?: number;
  readonly columns?: number;
  write(text: string): unknown;
}

/** Shows the requests while they go their way. */
export interface LiveTable {
  /** Something happened to this one. */
  update(changed: Progress): void;
  /** Nothing more comes. */
  end(): void;
}

const columns = [
  ['#', 2],
  ['case', 20],
  ['service', 21],
  ['asked', 7, 'right'],
  ['registry', 8, 'right'],
  ['outcome', 24],
  ['Kafka', 7, 'right'],
  ['total', 7, 'right'],
  ['case', 6],
  ['evidence', 8],
] as const;
const lineWidth = columns.reduce((sum, [, width]) => sum + width + 1, -1);

/**
 * On a terminal that is large enough the whole table is drawn in place again and again; elsewhere each request is
 * one line, printed when nothing more will happen to it.
 */
export function liveTable(all: readonly Progress[], terminal: Terminal): LiveTable {
  const { isTTY = false, rows = 0, columns: width = 0 } = terminal;
  const header = format(columns.map(([name]) => name));
  if (!isTTY || rows < all.length + 2 || width < lineWidth) {
    terminal.write(`${header}\n`);
    const shown = new Set<Progress>();
    return {
      update(changed) {
        if (shown.has(changed) || !isSettled(changed)) return;
        shown.add(changed);
        terminal.write(`${lineOf(changed)}\n`);
      },
      end() {
        for (const progress of all) if (!shown.has(progress)) terminal.write(`${lineOf(progress)}\n`);
      },
    };
  }
  const draw = (): void => {
    // \x1b[K clears what an earlier, longer line left behind.
    for (const line of [header, ...all.map(lineOf)]) terminal.write(`${line}\x1b[K\n`);
  };
  draw();
  return {
    update() {
      terminal.write(`\x1b[${all.length + 1}A`);
      draw();
    },
    end() {},
  };
}

/** One request as a line of the table. */
export function lineOf(progress: Progress): string {
  const { planned, askedMs, listened, checks } = progress;
  const { number, draft, what } = planned;
  const hops = hopsOf(progress);
  return format([
    number,
    draft.caseId,
    `${draft.service} ${shorten(what)}`,
    milliseconds(askedMs),
    milliseconds(hops?.registryMs),
    outcomeOf(progress),
    milliseconds(hops?.kafkaMs),
    milliseconds(hops?.totalMs),
    listened === undefined ? '' : `step ${stepOf(progress)}`,
    checks === undefined ? '' : evidenceOf(checks),
  ]);
}

function outcomeOf({ turnedAway, failure, listened, requestId }: Progress): string {
  if (failure !== undefined) return 'FAILED';
  if (turnedAway !== undefined) return `${turnedAway.status} ${turnedAway.code}`;
  const result = listened?.event.value.result;
  if (result !== undefined) return result.kind === 'answered' ? 'answered' : `${result.kind} ${result.code}`;
  return listened?.event.value.state ?? (requestId === undefined ? '' : 'accepted');
}

/** Which step of its case the result was. */
function stepOf({ listened, requestId }: Progress): number {
  return (listened?.case.results.findIndex((result) => result.requestId === requestId) ?? -1) + 1;
}

function evidenceOf(checks: readonly { readonly ok: boolean }[]): string {
  const good = checks.filter(({ ok }) => ok).length;
  return good === checks.length ? `${good} ok` : `${checks.length - good} FAILED`;
}

function shorten(what: string): string {
  return what.replace('family, replayed', 'replay');
}

function milliseconds(duration: number | undefined): string {
  return duration === undefined ? '' : `${Math.round(duration)} ms`;
}

function format(cells: readonly string[]): string {
  return columns
    .map(([, width, side], index) => {
      const cell = cells[index] ?? '';
      return side === 'right' ? cell.padStart(width) : cell.padEnd(width);
    })
    .join(' ')
    .trimEnd();
}
