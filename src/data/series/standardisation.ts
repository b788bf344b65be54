/** Mean and spread of each channel, by which values become comparable. */

export interface Standardisation {
  /** One a channel. */
  readonly means: readonly number[];
  /** One a channel; 1 where a channel never changes. */
  readonly stds: readonly number[];
}

/**
 * Moments of channels over some rows: std² = mean (x − mean)².
 * @param isCounted which rows count
 */
export function measureChannels(channels: readonly Float64Array[], isCounted: Uint8Array): Standardisation {
  const moments = channels.map((values) => momentsOf(values, isCounted));
  return { means: moments.map(({ mean }) => mean), stds: moments.map(({ std }) => std) };
}

function momentsOf(values: Float64Array, isCounted: Uint8Array): { mean: number; std: number } {
  let count = 0;
  let sum = 0;
  for (let i = 0; i < values.length; i++) {
    count += isCounted[i]!;
    sum += isCounted[i]! * values[i]!;
  }
  const mean = count === 0 ? 0 : sum / count;
  let squares = 0;
  for (let i = 0; i < values.length; i++) squares += isCounted[i]! * (values[i]! - mean) ** 2;
  const std = count === 0 ? 0 : Math.sqrt(squares / count);
  // Rounding leaves a trace of spread in a channel that is constant.
  return { mean, std: std > 1e-12 * Math.max(1, Math.abs(mean)) ? std : 1 };
}
