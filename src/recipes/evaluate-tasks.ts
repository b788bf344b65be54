/** Labels of a run that is evaluated: the one grouping that probes ask about, and the columns of a labels file as tasks. */
import { chooseEngine, ValueError } from "../compute/index.js";
import {
  type ColumnOptions,
  groupingOf,
  type LabelColumn,
  type LabelColumns,
  type Labels,
  readLabelColumns,
  type Samples,
} from "../data/index.js";
import { type EvaluationTask, type HeadReport, type HeadTask, multitask, onFeatures } from "../evaluate/index.js";
import type { TrainConfig } from "../train/index.js";

const NO_COLUMNS: LabelColumns = { columns: [], leftOut: {} };

/**
 * The columns of a labels file, for the samples of a set.
 * @throws ValueError if columns are chosen and there is no labels file, or one of them cannot be used
 */
export async function columnsFor(
  set: Samples,
  labelsPath: string | undefined,
  options: ColumnOptions | undefined,
): Promise<LabelColumns> {
  if (labelsPath !== undefined) return readLabelColumns(set, labelsPath, options);
  if (options === undefined) return NO_COLUMNS;
  throw new ValueError("eval", "columns", "given with a labels file", "none", "Name it with --labels.");
}

/** The labels to evaluate by: those asked for, or of a labels file the first column of classes, or the set's own if any. */
export function chooseGrouping(set: Samples, name: string | undefined, { columns }: LabelColumns): Labels | undefined {
  if (name !== undefined) return groupingOf("eval", set, name);
  if (columns.length === 0) return set.labels;
  const classes = columns.find(({ kind }) => kind === "class");
  if (classes === undefined) return undefined;
  return { classNames: classes.names, classOf: Int32Array.from(classes.values, (c) => (Number.isNaN(c) ? -1 : c)) };
}

/**
 * The columns that can be learnt and asked about under a split; the others are left out, or refused if they were chosen, before
 * anything long begins.
 * @throws ValueError for a chosen column that cannot
 */
export function learnableColumns(
  { columns, leftOut }: LabelColumns,
  { train, test }: EvaluationTask["split"],
  isChosen: boolean,
): LabelColumns {
  const flaws: Record<string, string> = {};
  for (const column of columns) {
    const known = (rows: ArrayLike<number>) => Array.from(rows).flatMap((row) => valuesOf(column, row));
    const [learnt, asked] = [known(train), known(test)];
    const flaw =
      asked.length < 2
        ? "it is known for fewer than two test images"
        : new Set(learnt).size < 2
          ? "it is not known for different training images"
          : undefined;
    if (flaw !== undefined && isChosen) {
      throw new ValueError("eval", column.name, "a column that can be learnt and asked about", flaw);
    }
    if (flaw !== undefined) flaws[column.name] = flaw;
  }
  return { columns: columns.filter(({ name }) => !(name in flaws)), leftOut: { ...leftOut, ...flaws } };
}

/** What is known of a sample in a column, as one comparable value; nothing where the cell is empty. */
function valuesOf({ kind, names, values }: LabelColumn, row: number): string[] {
  const width = kind === "tags" ? names.length : 1;
  const own = values.subarray(row * width, (row + 1) * width);
  return Number.isNaN(own[0]) ? [] : [own.join()];
}

/** Are there heads to train beside the probes of one grouping? */
export function isMultitask({ columns }: LabelColumns): boolean {
  return columns.length > 1 || columns.some(({ kind }) => kind !== "class");
}

/**
 * Heads for all columns on the frozen features, beside single-task twins, the untrained encoder and the samples as they are.
 * @param rows of the set, in the order of the task's features
 */
export async function evaluateTasks(
  { columns }: LabelColumns,
  rows: ArrayLike<number>,
  task: EvaluationTask,
  config: TrainConfig,
): Promise<Readonly<Record<string, HeadReport>>> {
  const { encoder, randomInit, rawPixels, split, seed, onProgress } = task;
  const ground = (features: typeof encoder) => onFeatures(features, split.train);
  return multitask({
    tasks: columns.map((column) => headTaskOf(column, rows)),
    ground: ground(encoder),
    floors: {
      ...(rawPixels && { pixels: ground(rawPixels) }),
      ...(randomInit && { random: ground(randomInit) }),
    },
    split,
    numImages: encoder.numImages,
    seed,
    engine: await chooseEngine(config.engine),
    engineOptions: { numThreads: config.numThreads },
    ...(onProgress && { onProgress }),
  });
}

function headTaskOf({ name, kind, names, values }: LabelColumn, rows: ArrayLike<number>): HeadTask {
  const width = kind === "number" ? 1 : names.length;
  const columns = kind === "tags" ? width : 1;
  const targets = Array.from(rows).flatMap((row) => [...values.subarray(row * columns, (row + 1) * columns)]);
  return { name, kind, width, targets: Float64Array.from(targets), ...(names.length > 0 && { names }) };
}
