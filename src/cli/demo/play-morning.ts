import type { Clock } from '../../clock.js';
import type { AdisaCounter } from './adisa-counter.js';
import { type ApplicationDesk, handleApplication } from './application-desk.js';
import type { Cast } from './cast.js';
import { answerFromBook } from './officer-desk.js';
import type { Progress } from './progress.js';
import { behaviourOf, control, type DemoRegistry } from './registries.js';
import type { SoapAgency } from './soap-agency.js';
import { type FrontDesk, timed } from './submit-morning.js';
import { waitFor } from './wait-for.js';

export interface MorningParts {
  readonly all: readonly Progress[];
  readonly front: FrontDesk;
  readonly counter: AdisaCounter;
  readonly desk: ApplicationDesk;
  readonly agency: SoapAgency;
  readonly cast: Cast;
  readonly registries: readonly DemoRegistry[];
  readonly organisation: string;
  readonly clock: Clock;
  /** Longest time for each wait, milliseconds. */
  readonly limitMs: number;
  readonly signal: AbortSignal;
  readonly onChange: (changed: Progress) => void;
}

/** Cases that are opened at the same time. */
const concurrency = 4;
/** So long the cadastre takes for the answer that it brings later, milliseconds; it is asked again every 5 s. */
const lateMs = 3_000;

/** Everything that people do in the morning. Resolves when they have done it; what comes of it is followed elsewhere. */
export async function playMorning(parts: MorningParts): Promise<void> {
  const { all, front, agency, counter, clock, onChange } = parts;
  await openLateCase(parts);
  const atCounter = async (progress: Progress): Promise<void> => {
    const { planned } = progress;
    if (planned.kind === 'application') {
      await timed(progress, { clock, onChange }, async () => {
        const { id } = await counter.submit(planned.draft, planned.idempotencyKey);
        return id;
      });
    } else if (planned.kind === 'question') {
      await timed(progress, { clock, onChange }, () => agency.ask(planned.draft, planned.idempotencyKey));
    } else if (planned.kind === 'misuse') await front.attempt(progress);
    else await front.open(progress);
  };
  // Of those that are opened by somebody else, or first of all, nothing is left to do here.
  const waiting = all.filter(({ planned }) => planned.kind !== 'case' || planned.special === undefined);
  const byHand = all.find(({ planned }) => planned.kind === 'case' && planned.special === 'by-hand');
  if (byHand) waiting.unshift(byHand);
  await Promise.all([
    ...Array.from({ length: concurrency }, async () => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await atCounter(next);
    }),
    byHand ? answerByHand(byHand, parts) : undefined,
    ...all.map((progress) => takeApplication(progress, parts)),
  ]);
}

/** The first case of the morning: the first question of it that the cadastre gets, it answers later. */
async function openLateCase({ all, front, registries, limitMs, signal }: MorningParts): Promise<void> {
  const late = all.find(({ planned }) => planned.kind === 'case' && planned.special === 'late');
  const cadastre = registries.find(({ name }) => name === 'property');
  if (!late || !cadastre) return;
  await control(cadastre, { behaviour: 'late-callback', delayMs: lateMs, count: 1 });
  await front.open(late);
  if (late.id === undefined) return;
  await waitFor('the cadastre to be asked', limitMs, signal, async () => {
    return (await behaviourOf(cadastre)) === 'normal';
  });
}

async function answerByHand(
  progress: Progress,
  { front, cast, organisation, limitMs, signal }: MorningParts,
): Promise<void> {
  const taskOf = async (): Promise<string | undefined> => {
    if (progress.id === undefined) return undefined;
    const { steps } = await front.ura.getCase(progress.id);
    return steps.flatMap(({ exchanges }) => exchanges)[0]?.requestId;
  };
  const isGone = (): boolean => progress.turnedAway !== undefined || progress.failure !== undefined;
  await waitFor('the case to be opened', limitMs, signal, () => progress.id !== undefined || isGone());
  if (!isGone()) await answerFromBook(front.ura, taskOf, cast.inBook, { organisation, limitMs, signal });
}

/** Does nothing for what is no application. */
async function takeApplication(progress: Progress, parts: MorningParts): Promise<void> {
  const { planned } = progress;
  if (planned.kind !== 'application') return;
  const { all, front, limitMs, signal } = parts;
  const isGone = (): boolean => progress.turnedAway !== undefined || progress.failure !== undefined;
  await waitFor('the application to be sent', limitMs, signal, () => progress.id !== undefined || isGone());
  if (isGone()) return;
  const its = all.find((each) => each.planned.kind === 'case' && each.planned.caseId === planned.caseId);
  await handleApplication(progress, planned, {
    ...parts,
    ura: front.ura,
    async decide() {
      if (!its) throw new Error('no case is planned for the application');
      await front.open(its);
      await waitFor('the case of the application', limitMs, signal, () => its.ended !== undefined);
    },
  });
}
