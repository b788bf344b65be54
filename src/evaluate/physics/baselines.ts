/** Surprise without learning: what a model must beat before its surprise says anything about the rules. */

/** Surprise at each frame that can be predicted, from an episode's frames as bytes. */
export type SurpriseOfFrames = (frames: readonly Uint8Array[]) => number[];

/** "Nothing moves": mean squared difference to the frame before, bytes as 0..1. T frames give T − 1 numbers. */
export function pixelDifference(frames: readonly Uint8Array[]): number[] {
  return frames.slice(1).map((frame, i) => {
    const before = frames[i]!;
    return meanSquare(frame, (at) => before[at]!);
  });
}

/**
 * "Pixels go on as they did": mean squared difference to 2 a − b, cut off at 0 and 255, of the frame before (a) and the one
 * before that (b), bytes as 0..1. T frames give T − 2 numbers.
 */
export function pixelExtrapolation(frames: readonly Uint8Array[]): number[] {
  return frames.slice(2).map((frame, i) => {
    const [b, a] = [frames[i]!, frames[i + 1]!];
    return meanSquare(frame, (at) => Math.min(255, Math.max(0, 2 * a[at]! - b[at]!)));
  });
}

/**
 * "What moves goes on straight": distance from where something is to where its last speed would have brought it, in the
 * unit of its places. Whatever is hidden goes on in mind, as fast as it was last seen; nothing surprises while it is hidden
 * or before its speed is known, so neither does a ball that never comes back. T frames give T numbers.
 * @param positionOf where it is in a frame; undefined where it is not seen
 */
export function positionExtrapolation(
  positionOf: (frame: Uint8Array) => readonly number[] | undefined,
): SurpriseOfFrames {
  return (frames) => {
    let last: Seen | undefined;
    return frames.map((frame, t) => {
      const place = positionOf(frame);
      if (place === undefined) return 0;
      const { at, place: from, speed } = last ?? { at: t, place, speed: undefined };
      const passed = t - at;
      const missed = speed === undefined ? 0 : Math.hypot(...place.map((x, d) => x - from[d]! - passed * speed[d]!));
      last = { at: t, place, speed: passed === 0 ? undefined : place.map((x, d) => (x - from[d]!) / passed) };
      return missed;
    });
  };
}

interface Seen {
  /** Frame in which it was seen last. */
  readonly at: number;
  readonly place: readonly number[];
  /** Per frame; unknown after the first sight. */
  readonly speed: readonly number[] | undefined;
}

/**
 * Centre of what a weight picks out of a picture, as [column, row] of pixel centres; undefined if it picks nothing.
 * @param frame [size, size, channels] bytes, row by row
 * @param weightOf a pixel's channels: at least 0
 */
export function frameCentroid(
  frame: Uint8Array,
  { size, channels }: { readonly size: number; readonly channels: number },
  weightOf: (pixel: Uint8Array) => number,
): readonly [column: number, row: number] | undefined {
  let [total, columns, rows] = [0, 0, 0];
  for (let pixel = 0; pixel < size * size; pixel++) {
    const weight = weightOf(frame.subarray(pixel * channels, (pixel + 1) * channels));
    total += weight;
    columns += weight * (pixel % size);
    rows += weight * Math.floor(pixel / size);
  }
  return total > 0 ? [columns / total, rows / total] : undefined;
}

function meanSquare(frame: Uint8Array, predictedAt: (at: number) => number): number {
  let sum = 0;
  for (const [at, value] of frame.entries()) sum += (value - predictedAt(at)) ** 2;
  return sum / frame.length / 255 ** 2;
}
