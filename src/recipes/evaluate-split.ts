/** Which samples probes learn from, and which they are asked about. */
import { sampleKindOf } from "../augment/index.js";
import { keyFor, Random } from "../compute/index.js";
import type { Labels, Samples } from "../data/index.js";
import type { EvaluationTask } from "../evaluate/index.js";
import { digestOf, type TrainConfig } from "../train/index.js";
import { holdOutOf } from "./run-images.js";
import { splitSamples } from "./run-samples.js";

/** Share of the images that probes are scored on. */
const TEST_SHARE = 0.25;

/**
 * The samples that training set aside are asked about; without any, or on other data, a random quarter: of series, whose
 * windows know each other, in whole blocks of time or groups.
 */
export function splitRows(
  config: TrainConfig,
  set: Samples,
  grouping: Labels | undefined,
  seed: number,
): EvaluationTask["split"] {
  const { holdOut = 0, numImages, digest } = config.data;
  if (holdOut > 0 && numImages < set.numImages && holdOut < set.numImages) {
    const { kept, heldOut } = splitSamples(set, holdOutOf(config))!;
    // The run's own samples, wherever they are now.
    if (digestOf(kept) === digest) return { train: kept.indices!, test: heldOut.indices! };
  }
  const kind = sampleKindOf(set);
  if (!kind.isIndependent) {
    const { kept, heldOut } = kind.split(set, { heldOut: TEST_SHARE, seed });
    return { train: kept.indices!, test: heldOut.indices! };
  }
  return splitEachClass(set.numImages, grouping?.classOf, seed);
}

/** A quarter of every class, at least one image of it, so that small sets have each class on both sides. */
function splitEachClass(
  numImages: number,
  classOf: Int32Array | undefined,
  seed: number,
): Record<"train" | "test", Uint32Array> {
  const order = new Random(keyFor(seed, "probe split")).permutation(numImages);
  const rowsOf = new Map<number, number[]>();
  for (const row of order) {
    const name = classOf?.[row] ?? 0;
    const rows = rowsOf.get(name) ?? [];
    rowsOf.set(name, rows);
    rows.push(row);
  }
  const asked = [...rowsOf.values()].flatMap((rows) => rows.slice(0, Math.ceil(TEST_SHARE * (rows.length - 1))));
  // Of classes of one image none can be asked about.
  const test = new Set(asked.length >= 2 ? asked : order.subarray(0, Math.max(2, Math.round(TEST_SHARE * numImages))));
  return { train: order.filter((row) => !test.has(row)).sort(), test: order.filter((row) => test.has(row)).sort() };
}

/** The images of a split alone, where it leaves some out: what nobody asks about need not be embedded. */
export function onlyRows(set: Samples, { train, test }: EvaluationTask["split"]) {
  const used = [...Array.from(train), ...Array.from(test)].sort((a, b) => a - b);
  if (used.length === set.numImages) return allRowsOf(set, { train, test });
  const placeOf = new Map(used.map((row, place) => [row, place]));
  const placesOf = (rows: ArrayLike<number>) => Array.from(rows, (row) => placeOf.get(row)!);
  const placed = { train: placesOf(train), test: placesOf(test) };
  return { set: sampleKindOf(set).select(set, used), rows: used, split: placed };
}

export function allRowsOf(set: Samples, split: EvaluationTask["split"]) {
  return { set, rows: Array.from({ length: set.numImages }, (_, row) => row), split };
}

export function selectLabels({ classNames, classOf }: Labels, rows: readonly number[]): Labels {
  return { classNames, classOf: Int32Array.from(rows, (row) => classOf[row]!) };
}

export function limitLabels({ train, test }: EvaluationTask["split"], numLabels: number | undefined, seed: number) {
  if (numLabels === undefined || numLabels >= train.length) return { train, test };
  const order = new Random(keyFor(seed, "probe labels")).permutation(train.length).subarray(0, numLabels);
  return { train: Array.from(order.sort(), (position) => train[position]!), test };
}
