import { outcomes } from '../scene/client-journal.js';
import { openScene, type Scene, SETTLE_MS } from '../scene/scene.js';
import type { Campaign, PlayParts } from './campaign.js';

export interface Verdict {
  /** Sentences about what broke a promise that is not among the invariants. */
  readonly broken: readonly string[];
  /** What the checker said; its last line is the invariants'. */
  readonly lines: readonly string[];
  /** 0 when everything holds. */
  readonly exitCode: number;
}

/** Prepares, opens a scene, plays one campaign in it, and has the checker look. */
export async function playAlone(campaign: Campaign, parts: PlayParts, audited: number): Promise<Verdict> {
  const { progress } = parts;
  const prepared = await campaign.prepare?.(progress);
  try {
    const scene = await openScene({
      name: campaign.name,
      kafka: { start: campaign.brokers },
      progress,
      audited,
      ...prepared?.settings,
    });
    try {
      return await playIn(scene, campaign, parts);
    } finally {
      await scene.stop();
    }
  } finally {
    await prepared?.release();
  }
}

/** Plays one campaign in a scene that is open, lets everything come to rest, and has the checker look. */
export async function playIn(scene: Scene, campaign: Campaign, parts: PlayParts): Promise<Verdict> {
  const { progress } = parts;
  const before = scene.journal.attempts.length;
  const broken = [...(await campaign.play(scene, parts))];
  for (const { name, process } of scene.nodes) {
    if (!process.alive) broken.push(`gateway ${name} ended by itself:\n${process.tail()}`);
  }
  const begun = performance.now();
  if (!(await scene.settle(parts.signal))) {
    const { requests, events, submissions } = await scene.open();
    broken.push(
      `after ${SETTLE_MS} ms of rest ${requests} had not ended, ${events} events waited, and ${submissions} submissions lay in Kafka`,
    );
  }
  progress(`at rest after ${((performance.now() - begun) / 1000).toFixed(1)} s`);
  const attempts = scene.journal.attempts.slice(before);
  progress(
    `clients saw ${[...outcomes(attempts)].map(([outcome, count]) => `${outcome}: ${count}`).join(', ')}`,
  );
  // A gateway may be unable to take a submission, and says so; it never fails at one.
  const failures = attempts.filter(({ status = 0 }) => status >= 500 && status !== 503);
  if (failures.length > 0)
    broken.push(`${failures.length} submissions were answered ${failures[0]?.status}, not 503`);
  const { exitCode, lines } = await scene.check();
  return { broken, lines, exitCode: Math.max(exitCode, broken.length > 0 ? 1 : 0) };
}
