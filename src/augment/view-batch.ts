/** What a view loader gives, whichever way it makes views. */
import { DarkmatterError, ShapeError } from "../compute/errors.js";
import type { BatchMaker } from "./batch-maker.js";

export interface ViewBatch {
  /** float32 [B, C, H, W], or [B, C, T] of series, one a view; ordinary memory that belongs to the caller. */
  readonly views: Float32Array[];
  /** Which images (or windows, or clips) of the set, in batch order. */
  readonly indices: Uint32Array;
  /** Of clips in which somebody acts: what was done between the views, float32 [B, V − 1, A]. */
  readonly actions?: Float32Array;
}

export interface ViewLoader {
  /** [B, C, H, W] or [B, C, T] of each view. */
  readonly shapes: readonly (readonly number[])[];
  /** [B, V − 1, A] where there are actions. */
  readonly actionShape?: readonly number[] | undefined;
  /**
   * The views of a step; the steps after it are then made in the background.
   * @param into arrays to fill instead of new ones, one a view
   * @throws DarkmatterError if a thread failed (for instance because the cache was deleted) or the loader is closed
   */
  viewsAt(step: number, into?: readonly Float32Array[]): Promise<ViewBatch>;
  /** What the threads can make together, measured while they work; 0 before the first batch. */
  readonly viewsPerSecond: number;
  /** Time that `viewsAt` spent waiting for views: training was held up for this long. */
  readonly secondsWaited: number;
  /** End the threads; pending requests fail. May be called twice. */
  close(): Promise<void>;
}

/** The arrays a batch goes into: the caller's, if they fit, or new ones. */
export function outputsFor(
  { lengths }: Pick<BatchMaker, "lengths">,
  into: readonly Float32Array[] | undefined,
): Float32Array[] {
  if (into === undefined) return lengths.map((length) => new Float32Array(length));
  lengths.forEach((length, v) => {
    if (into[v]?.length !== length) throw new ShapeError("viewsAt", `into[${v}]`, [length], [into[v]?.length ?? 0]);
  });
  return [...into];
}

export function closedError(): DarkmatterError {
  return new DarkmatterError("viewsAt: the view loader is closed.");
}
