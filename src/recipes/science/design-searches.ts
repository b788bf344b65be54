/** Ways to find a material without gradients: look among those that were measured, or try many at random. */
import { createViewMaker, recipeFor } from "../../augment/index.js";
import { keyFor } from "../../compute/index.js";
import { drawMaterial, materialPixels } from "../../environments/index.js";
import type { Embedder } from "../../train/index.js";
import { type AffineHead, applyHead } from "./affine-head.js";
import type { Candidate } from "./design-trial.js";
import { type DesignTarget, distance } from "./designer.js";
import type { MaterialsTask } from "./materials-task.js";

/** Measured materials may have this much more or less white than asked for. */
const FRACTION_TOLERANCE = 0.02;

/** The labelled materials of about the right share of white, nearest first. Their properties are known, not predicted. */
export function nearestLabelled(
  task: MaterialsTask,
  labelled: Int32Array,
): (target: DesignTarget) => Promise<Candidate[]> {
  return async ({ wanted, volumeFraction }) => {
    const offBy = (row: number) => Math.abs(task.volumeFractions[row]! - volumeFraction);
    const fitting = Array.from(labelled).filter((row) => offBy(row) <= FRACTION_TOLERANCE);
    // Few labels may have none that fits: then the least unfit.
    const rows = fitting.length > 0 ? fitting : [Array.from(labelled).sort((a, b) => offBy(a) - offBy(b))[0]!];
    const known = (row: number) => [task.targets[2 * row]!, task.targets[2 * row + 1]!] as const;
    return rows
      .sort((a, b) => distance(known(a), wanted) - distance(known(b), wanted))
      .map((row) => ({ isWhite: task.measured.readPixels([row]).map((value) => (value > 127 ? 1 : 0)) }));
  };
}

export interface RandomSearchOptions {
  /** Of the surrogate's encoder. */
  readonly embedder: Embedder;
  readonly head: AffineHead;
  /** Materials that the surrogate is asked about, for each target. */
  readonly numTried: number;
  readonly size: number;
  readonly seed: number;
}

/**
 * Random materials of exactly the wanted share of white, best predicted first. Targets of one share are shown the same
 * materials, predicted once.
 */
export function randomSearch(options: RandomSearchOptions): (target: DesignTarget) => Promise<Candidate[]> {
  const tried = new Map<number, Promise<Candidate[]>>();
  return async ({ wanted, volumeFraction }) => {
    const pool = tried.get(volumeFraction) ?? predictRandom(volumeFraction, options);
    tried.set(volumeFraction, pool);
    return (await pool).toSorted((a, b) => distance(a.predicted!, wanted) - distance(b.predicted!, wanted));
  };
}

async function predictRandom(
  volumeFraction: number,
  { embedder, head, numTried, size, seed }: RandomSearchOptions,
): Promise<Candidate[]> {
  const materials = Array.from({ length: numTried }, (_, i) =>
    drawMaterial(size, keyFor(seed, "tried", volumeFraction, i), { volumeFraction }),
  );
  const predicted = applyHead(head, await embedder.embedViews(patternViews(materials), numTried));
  return materials.map(({ isWhite }, i) => ({ isWhite, predicted: [predicted[2 * i]!, predicted[2 * i + 1]!] }));
}

/** Patterns of one size as the encoder sees images: float32 [n, 1, size, size], normalised. */
export function patternViews(
  patterns: readonly { readonly size: number; readonly isWhite: Uint8Array }[],
): Float32Array {
  const { size } = patterns[0]!;
  const maker = createViewMaker(recipeFor("none", { size }), size, 1);
  const views = new Float32Array(patterns.length * maker.length);
  for (const [i, pattern] of patterns.entries())
    maker.make(materialPixels(pattern), keyFor(0), views, i * maker.length);
  return views;
}
