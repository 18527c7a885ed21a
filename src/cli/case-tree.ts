import type { CaseExchange, CaseResource, CaseStep } from '../client/index.js';

/** Paints a text; on anything but a terminal it does not. */
export type Paint = (colour: 'green' | 'red' | 'yellow' | 'dim', text: string) => string;

const codes = { green: 32, red: 31, yellow: 33, dim: 2 } as const;

/** Colours for a terminal, and none for a file or a pipe. */
export function paintFor(isTTY: boolean): Paint {
  return isTTY ? (colour, text) => `\x1b[${codes[colour]}m${text}\x1b[0m` : (_, text) => text;
}

const colours: Readonly<Record<string, Parameters<Paint>[0]>> = {
  complete: 'green',
  done: 'green',
  answered: 'green',
  incomplete: 'red',
  failed: 'red',
  refused: 'red',
  expired: 'red',
  'not-accepted': 'red',
  running: 'yellow',
  open: 'yellow',
  waiting: 'dim',
  skipped: 'dim',
  cancelled: 'dim',
};

/**
 * A case as lines for a terminal: its steps, below each with several questions those questions, and what is missing
 * in both languages.
 */
export function drawCase(present: CaseResource, paint: Paint): string[] {
  const { procedure, steps, missing } = present;
  const widths = {
    id: Math.max(0, ...steps.map(({ id }) => id.length)),
    state: Math.max(0, ...steps.map(({ state }) => state.length)),
  };
  const state = (text: string, width = 0): string => paint(colours[text] ?? 'dim', text.padEnd(width));
  const head = [
    `${procedure.code} ${procedure.name.en} (${procedure.name.sq})`,
    `case ${present.caseId}`,
    state(present.state),
    took(present.acceptedAt, present.finishedAt),
  ];
  const lines = [
    head.filter((part) => part !== '').join('  '),
    paint('dim', `${present.id}  version ${procedure.version}`),
  ];
  steps.forEach((step, index) => {
    const last = index === steps.length - 1;
    lines.push(`${last ? '└─' : '├─'} ${stepLine(step, widths, state)}`);
    if (step.exchanges.length < 2) return;
    step.exchanges.forEach((exchange, number) => {
      const branch = number === step.exchanges.length - 1 ? '└─' : '├─';
      lines.push(`${last ? '  ' : '│ '} ${branch} ${exchangeLine(exchange, state)}`);
    });
  });
  if (missing.length > 0) lines.push('missing:');
  for (const { step, item, reason, text } of missing) {
    lines.push(
      `  ${step}${item === undefined ? '' : ` #${item + 1}`}: ${reason.code}`,
      `    ${text.sq}`,
      `    ${text.en}`,
    );
  }
  return lines;
}

type State = (text: string, width?: number) => string;

function stepLine(step: CaseStep, widths: { id: number; state: number }, state: State): string {
  const answered = step.exchanges.filter((exchange) => exchange.state === 'answered').length;
  const parts = [
    step.id.padEnd(widths.id),
    step.service,
    state(step.state, widths.state),
    took(step.startedAt, step.finishedAt).padStart(9),
    step.exchanges.length > 1 ? `${answered} of ${step.exchanges.length}` : '',
    step.exchanges.length === 1 && step.exchanges[0]?.reused ? 'reused' : '',
    step.optional ? 'optional' : '',
    step.after.length > 0 ? `after ${step.after.join(', ')}` : '',
    step.reason && step.state !== 'skipped' ? step.reason.code : '',
  ];
  return parts
    .filter((part) => part !== '')
    .join('  ')
    .trimEnd();
}

function exchangeLine(exchange: CaseExchange, state: State): string {
  const parts = [
    `#${(exchange.item ?? 0) + 1}`.padEnd(4),
    state(exchange.state),
    took(exchange.startedAt, exchange.finishedAt),
    exchange.round > 1 ? `round ${exchange.round}` : '',
    exchange.reused ? 'reused' : '',
    exchange.reason?.code ?? '',
  ];
  return parts
    .filter((part) => part !== '')
    .join('  ')
    .trimEnd();
}

/** Between two times, in milliseconds, or in seconds when there are many. */
function took(from: string | undefined, to: string | undefined): string {
  if (from === undefined || to === undefined) return '';
  const ms = Date.parse(to) - Date.parse(from);
  return ms < 10_000 ? `${ms} ms` : `${Math.round(ms / 1000)} s`;
}
