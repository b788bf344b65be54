/** Reading a stretch of time at another number of steps. */

/**
 * Read `length` steps of a signal from `start` on (both may be fractions) at `size` evenly spaced places, by linear
 * interpolation between the middles of steps; beyond the ends the nearest value counts. A stretch that is read at as
 * many places as it has steps comes out as it is.
 */
export function resampleTime(
  signal: Float32Array,
  { start, length }: { readonly start: number; readonly length: number },
  into: Float32Array,
): void {
  const size = into.length;
  const last = signal.length - 1;
  for (let i = 0; i < size; i++) {
    const at = Math.min(Math.max(start + ((i + 0.5) * length) / size - 0.5, 0), last);
    const before = Math.floor(at);
    const share = at - before;
    // Without a share the next value has no say, not even as 0 · NaN past the end.
    into[i] = share === 0 ? signal[before]! : (1 - share) * signal[before]! + share * signal[before + 1]!;
  }
}
