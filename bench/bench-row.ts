/** One figure. `ratio` is value / floor, both measured in the same run on the same machine. */
export interface BenchRow {
  readonly bench: string;
  readonly case: string;
  readonly value: number;
  readonly unit: string;
  /** What the bare operations alone cost, in the same unit and run; null where nothing is compared. */
  readonly floor: number | null;
  /** value / floor. */
  readonly ratio: number | null;
}

/** A row with a floor beside it. */
export function row(bench: string, name: string, value: number, unit: string, floor?: number): BenchRow {
  const rounded = (figure: number): number => Number(figure.toPrecision(4));
  return {
    bench,
    case: name,
    value: rounded(value),
    unit,
    floor: floor === undefined ? null : rounded(floor),
    ratio: floor === undefined ? null : rounded(value / floor),
  };
}
