/** Where a request can stand. The last five are final. */
export const requestStates = [
  'accepted',
  'dispatching',
  'retry-wait',
  'awaiting-answer',
  'awaiting-officer',
  'held',
  'answered',
  'refused',
  'failed',
  'expired',
  'cancelled',
] as const;

export type RequestState = (typeof requestStates)[number];

export type FinalState = 'answered' | 'refused' | 'failed' | 'expired' | 'cancelled';

/**
 * The one table of legal transitions. `dispatching` means that a process holds the lease and may already have
 * called the registry; every other open state means that surely nobody is calling it now. Out of `dispatching` only
 * the holder of the lease takes a request, so whoever cancels one has taken over a lease that had run out.
 */
export const transitions: Readonly<Record<RequestState, readonly RequestState[]>> = {
  accepted: ['dispatching', 'expired', 'cancelled'],
  dispatching: [
    'dispatching',
    'retry-wait',
    'awaiting-answer',
    'awaiting-officer',
    'held',
    'answered',
    'refused',
    'failed',
    'expired',
    'cancelled',
  ],
  // Waits on, for another time: now instead of later.
  'retry-wait': ['dispatching', 'retry-wait', 'expired', 'cancelled'],
  'awaiting-answer': [
    'dispatching',
    // A late answer that could not be accepted is kept as evidence, and the wait goes on.
    'awaiting-answer',
    'awaiting-officer',
    'held',
    'answered',
    'refused',
    'failed',
    'expired',
    'cancelled',
  ],
  'awaiting-officer': ['answered', 'refused', 'failed', 'expired', 'cancelled'],
  held: ['retry-wait', 'awaiting-officer', 'answered', 'refused', 'failed', 'expired', 'cancelled'],
  answered: [],
  refused: [],
  failed: [],
  expired: [],
  cancelled: [],
};

export function mayBecome(from: RequestState, to: RequestState): boolean {
  return transitions[from].includes(to);
}

export function isFinal(state: RequestState): state is FinalState {
  return transitions[state].length === 0;
}

/** States from which a request may go to the given one; for `where state = any(…)`. */
export function statesBefore(to: RequestState): RequestState[] {
  return requestStates.filter((from) => mayBecome(from, to));
}
