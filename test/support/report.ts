/** How benchmarks say what they measured: JSON lines on stdout, remarks on stderr. */

export interface Measurement {
  readonly bench: string;
  readonly metric: string;
  readonly value: number;
  readonly unit: string;
  /** The same, measured with what we compare to. */
  readonly baseline: number;
}

/** Prints one measurement with its ratio, ours ÷ baseline. Nothing against nothing is 1. */
export function report({ bench, metric, value, unit, baseline }: Measurement): void {
  const ratio = value === baseline ? 1 : value / baseline;
  const line = { bench, metric, value: round(value), unit, baseline: round(baseline), ratio: round(ratio) };
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

export function remark(text: string): void {
  process.stderr.write(`${text}\n`);
}

export function percentile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

export const median = (values: readonly number[]): number => percentile(values, 0.5);

function round(value: number): number {
  return Number.isFinite(value) ? Number(value.toPrecision(4)) : value;
}
