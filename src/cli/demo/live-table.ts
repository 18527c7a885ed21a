import { finishedAt, isSettled, kafkaMs, type Progress } from './progress.js';

/** Where the demo is seen. */
export interface Terminal {
  readonly isTTY?: boolean;
  readonly rows?: number;
  readonly columns?: number;
  write(text: string): unknown;
}

/** Shows the matters while they go their way. */
export interface LiveTable {
  /** Whether what has not ended yet is seen as well. */
  readonly isLive: boolean;
  /** Something happened to this one. */
  update(changed: Progress): void;
  /** Nothing more comes. */
  end(): void;
}

const columns = [
  ['#', 2],
  ['case', 13],
  ['service', 31],
  ['steps', 8],
  ['registries asked', 28],
  ['HTTP', 7, 'right'],
  ['total', 8, 'right'],
  ['outcome', 26],
  ['Kafka', 12, 'right'],
  ['evidence', 8],
] as const;
const lineWidth = columns.reduce((sum, [, width]) => sum + width + 1, -1);

/** What the letters of the steps mean; said once, above the table. */
export const legend = 'steps: + done, - not needed, x not got, > asked, . waits';

/**
 * On a terminal that is large enough the whole table is drawn in place again and again; elsewhere each matter is
 * one line, printed when nothing more will happen to it.
 */
export function liveTable(all: readonly Progress[], terminal: Terminal): LiveTable {
  const { isTTY = false, rows = 0, columns: width = 0 } = terminal;
  const header = format(columns.map(([name]) => name));
  terminal.write(`${legend}\n`);
  if (!isTTY || rows < all.length + 2 || width < lineWidth) {
    terminal.write(`${header}\n`);
    const shown = new Set<Progress>();
    return {
      isLive: false,
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
    isLive: true,
    update() {
      terminal.write(`\x1b[${all.length + 1}A`);
      draw();
    },
    end() {},
  };
}

/** One matter as a line of the table. */
export function lineOf(progress: Progress): string {
  const { planned, askedMs, submittedAt } = progress;
  const ended = finishedAt(progress);
  const total = ended === undefined || submittedAt === undefined ? undefined : ended - submittedAt;
  return format([
    planned.number,
    planned.caseId,
    `${planned.service} ${planned.what}`,
    (progress.steps ?? []).map(({ state }) => letters[state]).join(''),
    registriesOf(progress),
    milliseconds(askedMs),
    milliseconds(total),
    outcomeOf(progress),
    kafkaOf(progress),
    evidenceOf(progress),
  ]);
}

const letters = { done: '+', skipped: '-', failed: 'x', running: '>', waiting: '.' } as const;

/** Short names by the first digits of the query's code; the order is that of the line. */
const registries = {
  AL012: 'civil',
  AL013: 'prop',
  AL014: 'tax',
  AL015: 'biz',
  AL016: 'dues',
  AL017: 'adisa',
} as const;

function registriesOf({ requests }: Progress): string {
  const services = [...requests.values()].map(({ listened }) => listened.event.value.service);
  return Object.entries(registries)
    .flatMap(([prefix, name]) => {
      const count = services.filter((service) => service.startsWith(prefix)).length;
      return count === 0 ? [] : [count === 1 ? name : `${name}×${count}`];
    })
    .join(' ');
}

function outcomeOf(progress: Progress): string {
  const { failure, turnedAway, ended, application, requests, planned, id } = progress;
  if (failure !== undefined) return 'FAILED';
  if (turnedAway !== undefined) return `${turnedAway.status} ${turnedAway.code}`;
  if (application !== undefined) return application.byTopic.at(-1) ?? (id === undefined ? '' : 'submitted');
  const asked = [...requests.values()];
  if (ended === undefined) {
    if (planned.kind === 'question') return asked[0]?.listened.event.value.state ?? '';
    return id === undefined ? '' : 'running';
  }
  const { state, missing } = ended.caseEvent.value;
  const ways = [
    asked.some(({ late }) => late === true) ? 'late' : '',
    asked.some(({ byHand }) => byHand === true) ? 'by hand' : '',
    ...missing.map(({ reason }) => reason.code),
  ].filter((way) => way !== '');
  const refused = asked.some(({ listened }) => listened.event.value.state === 'refused');
  return refused ? `refused ${ways.join(', ')}` : [state, ...ways].join(', ');
}

/** How many events came out of Kafka, and how long after the store had the last of them. */
function kafkaOf(progress: Progress): string {
  const { requests, ended, application } = progress;
  if (application !== undefined) {
    const events = (application.arrived ? 1 : 0) + application.byTopic.length;
    return events === 0 ? '' : String(events);
  }
  const events = requests.size + (ended === undefined ? 0 : 1);
  const took = kafkaMs(progress);
  return events === 0 ? '' : `${events} ${milliseconds(took)}`;
}

function evidenceOf({ requests, application }: Progress): string {
  const checks = [
    ...[...requests.values()].flatMap((request) => request.checks ?? []),
    ...(application?.checks ?? []),
  ];
  if (checks.length === 0) return '';
  const good = checks.filter(({ ok }) => ok).length;
  return good === checks.length ? `${good} ok` : `${checks.length - good} FAILED`;
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
