import { readFile } from 'node:fs/promises';

/** What the checker is told of a run: where everybody's own account of it lies. It gets no other input. */
export interface RunFile {
  /** Reached directly, not through anything that disturbed it during the run. */
  readonly databaseUrl: string;
  readonly brokers: string;
  /** Configuration and data folder of the gateways: the pinned keys for the audit. */
  readonly configFolder: string;
  readonly dataFolder: string;
  /** JSON lines of {@link Attempt}. */
  readonly clientJournals: readonly string[];
  /** JSON lines of {@link Acted}. */
  readonly operatorJournals: readonly string[];
  /** Each simulated registry's own journal, by the name of its adapter. */
  readonly registryJournals: Readonly<Record<string, string>>;
  /** Ended requests whose evidence the product's own audit looks at, at most. */
  readonly audited: number;
  /** A gateway's clock was stepped by minutes: times of evidence may go back, as the audit then rightly says. */
  readonly clocksStepped: boolean;
}

/** One line of a client's journal: one submission sent once, and what came of it. */
export interface Attempt {
  /** RFC 3339, when it was sent. */
  readonly at: string;
  readonly client: string;
  readonly kind: 'request' | 'case';
  readonly idempotencyKey: string;
  /** The client's own name of the matter. */
  readonly caseId: string;
  /** SHA-256 (hex) of the body as it was sent. */
  readonly bodySha256: string;
  /** That is asked; absent for a case. */
  readonly registry?: string;
  /** Where to: the address of a gateway, or `kafka`. */
  readonly node: string;
  /** Until the answer or the failure, milliseconds. */
  readonly durationMs: number;
  /** Present when the gateway took it: the id that it named. */
  readonly id?: string;
  /** State that came with the id. */
  readonly state?: string;
  /** A broker confirmed it: over Kafka there is no other acceptance. */
  readonly delivered?: true;
  /** Present when it did not: status of the answer, 0 without one, and the code. */
  readonly status?: number;
  readonly code?: string;
}

/** One line of an operator's journal: an action that a gateway said was done. */
export interface Acted {
  readonly id: string;
  readonly action: string;
  readonly idempotencyKey: string;
}

/** In the order of the closing line. */
export const findingKinds = ['lost', 'duplicated', 'reordered', 'missing'] as const;

/** Something that breaks a promise. */
export interface Finding {
  readonly kind: (typeof findingKinds)[number];
  /** Request, case or matter; findings about one count once a kind. */
  readonly about: string;
  readonly what: string;
}

export async function readRunFile(file: string): Promise<RunFile> {
  return JSON.parse(await readFile(file, 'utf8')) as RunFile;
}
