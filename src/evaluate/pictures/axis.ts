/** Axes: round ticks for a range, linear or logarithmic. */

export interface Axis {
  readonly ticks: readonly number[];
  /** Position of a value in 0..1. */
  at(value: number): number;
}

/** An axis with about `count` ticks at 1, 2 or 5 times a power of ten, ending on ticks. */
export function linearAxis(low: number, high: number, count = 4): Axis {
  const range = high > low ? high - low : Math.abs(high) || 1;
  const [from, to] = high > low ? [low, high] : [low - range / 2, high + range / 2];
  const rough = (to - from) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((m) => m * power).find((s) => s >= rough * 0.999)!;
  const [first, last] = [Math.floor(from / step + 1e-9), Math.ceil(to / step - 1e-9)];
  const ticks = Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
  return { ticks, at: (value) => (value / step - first) / (last - first) };
}

/** An axis that spans exactly low..high, with the round ticks that lie inside. */
export function spanAxis(low: number, high: number, count = 4): Axis {
  if (high <= low) return { ticks: [low], at: () => 0.5 };
  const ticks = linearAxis(low, high, count).ticks.filter((tick) => tick >= low && tick <= high);
  return { ticks, at: (value) => (value - low) / (high - low) };
}

/** A logarithmic axis with ticks at powers of ten, at most about six of them. */
export function logAxis(low: number, high: number): Axis {
  const [from, to] = [Math.floor(Math.log10(low) + 1e-9), Math.ceil(Math.log10(high) - 1e-9)];
  const last = Math.max(to, from + 1);
  const stride = Math.ceil((last - from) / 6);
  const ticks: number[] = [];
  for (let power = from; power <= last; power += stride) ticks.push(10 ** power);
  return { ticks, at: (value) => (Math.log10(value) - from) / (last - from) };
}

/** A short label: 0.05, 12, 1,500, 3e-7. */
export function tickLabel(value: number): string {
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size < 1e-3 || size >= 1e6) return Number(value.toPrecision(3)).toExponential().replace("e+", "e");
  return size >= 1000 ? value.toLocaleString("en-US") : String(Number(value.toPrecision(6)));
}
