/** What a head learns: a class, a number or a set of tags for each image, as arrays a program takes. */
import { float32, ShapeError, Tensor, ValueError } from "../../compute/index.js";
import { averagePrecision } from "../average-precision.js";

export type HeadKind = "class" | "number" | "tags";

/** Labels of one kind for all images of a set. */
export interface HeadTask {
  readonly name: string;
  readonly kind: HeadKind;
  /** Outputs of the head: classes, 1, or tags. */
  readonly width: number;
  /**
   * [numImages, columns]: the class as a number (one column), the number (one column), or 0 and 1 for each tag.
   * NaN in the first column where it is not known.
   */
  readonly targets: Float64Array;
  /** Classes or tags by name. */
  readonly names?: readonly string[];
}

/** Columns of `targets`. */
export function targetColumns({ kind, width }: Pick<HeadTask, "kind" | "width">): number {
  return kind === "tags" ? width : 1;
}

/** Is something known of this image? */
export function isKnown(task: HeadTask, image: number): boolean {
  return !Number.isNaN(task.targets[image * targetColumns(task)]!);
}

/** @throws ShapeError or ValueError if targets do not fit */
export function checkHeadTask(operation: string, task: HeadTask, numImages: number): void {
  const columns = targetColumns(task);
  if (task.targets.length !== numImages * columns) {
    throw new ShapeError(operation, task.name, [numImages, columns], [task.targets.length]);
  }
  if (task.kind !== "class") return;
  const stray = task.targets.find((label) => label >= task.width || label < 0 || label % 1 > 0);
  if (stray !== undefined) throw new ValueError(operation, task.name, `classes below ${task.width}`, stray);
}

/** How a head's outputs become numbers of the label's own scale, and its loss a share of what there was to learn. */
export interface TaskScale {
  /** Numbers: mean and deviation of the training targets; else 0 and 1. */
  readonly mean: number;
  readonly std: number;
  /** Loss of the best constant answer on the training rows; 1 / this is the weight of the head. */
  readonly trivialLoss: number;
}

/**
 * The scale of a task on its training rows. The trivial loss is what the best constant answer gets: the entropy of the
 * class shares, the variance (1 after standardising), the mean entropy of the tags.
 * @throws ValueError if nothing can be learnt: no row is known, or all are alike
 */
export function scaleOf(operation: string, task: HeadTask, rows: ArrayLike<number>): TaskScale {
  const known = Array.from(rows).filter((row) => isKnown(task, row));
  if (known.length === 0) {
    throw new ValueError(operation, task.name, "known for some training image", "none", "Is the column empty?");
  }
  if (task.kind === "number") {
    const mean = known.reduce((sum, row) => sum + task.targets[row]!, 0) / known.length;
    const variance = known.reduce((sum, row) => sum + (task.targets[row]! - mean) ** 2, 0) / known.length;
    requireVaried(operation, task, variance > 0);
    return { mean, std: Math.sqrt(variance), trivialLoss: 1 };
  }
  const trivialLoss = task.kind === "class" ? classEntropy(task, known) : tagEntropy(task, known);
  requireVaried(operation, task, trivialLoss > 0);
  return { mean: 0, std: 1, trivialLoss };
}

function requireVaried(operation: string, { name }: HeadTask, isVaried: boolean): void {
  if (isVaried) return;
  const hint = "With one answer every model is right; leave this column out.";
  throw new ValueError(operation, name, "different between training images", "one value", hint);
}

function classEntropy({ targets, width }: HeadTask, rows: readonly number[]): number {
  const counts = new Float64Array(width);
  for (const row of rows) counts[targets[row]!]!++;
  return counts.reduce((sum, count) => sum + entropyTerm(count / rows.length), 0);
}

function tagEntropy({ targets, width }: HeadTask, rows: readonly number[]): number {
  let sum = 0;
  for (let tag = 0; tag < width; tag++) {
    const share = rows.reduce((total, row) => total + targets[row * width + tag]!, 0) / rows.length;
    sum += entropyTerm(share) + entropyTerm(1 - share);
  }
  return sum / width;
}

function entropyTerm(share: number): number {
  return share > 0 ? -share * Math.log(share) : 0;
}

/**
 * Mean loss of one head over the rows that are known: cross-entropy, squared error of standardised numbers, or binary
 * cross-entropy averaged over tags. For use inside a traced body.
 * @param outputs [B, width]; @param targets [B, columns]; @param known [B, 1], 1 where known
 */
export function headLoss(
  task: Pick<HeadTask, "kind" | "width">,
  outputs: Tensor,
  targets: Tensor,
  known: Tensor,
): Tensor {
  const count = known.sum().maximum(1);
  return rowLosses(task, outputs, targets).mul(known).sum().div(count);
}

/** [B, 1] */
function rowLosses({ kind, width }: Pick<HeadTask, "kind" | "width">, outputs: Tensor, targets: Tensor): Tensor {
  if (kind === "number") return outputs.sub(targets).square();
  if (kind === "class") {
    const classes = Tensor.constant(
      float32(
        Float32Array.from({ length: width }, (_, c) => c),
        [1, width],
      ),
    );
    const isTarget = targets.equal(classes).astype("float32"); // [B, C]
    return outputs.logSoftmax(-1).mul(isTarget).sum(-1, { keepDims: true }).neg();
  }
  // max(x, 0) − x y + log(1 + e^−|x|), which never overflows
  const softplus = outputs.abs().neg().exp().add(1).log();
  return outputs.relu().sub(outputs.mul(targets)).add(softplus).mean(-1, { keepDims: true });
}

/**
 * How good outputs are, higher is better: accuracy, R², or mean average precision over tags.
 * @param outputs [numImages of `rows`, width], in order of `rows`; numbers on the label's own scale
 * @param rows images, all known
 */
export function headScore(task: HeadTask, outputs: Float64Array, rows: ArrayLike<number>): number {
  const { kind, width, targets } = task;
  const n = rows.length;
  if (kind === "class") {
    let numCorrect = 0;
    for (let i = 0; i < n; i++) if (argmax(outputs, i * width, width) === targets[rows[i]!]) numCorrect++;
    return numCorrect / n;
  }
  if (kind === "number") {
    let [sum, residual, total] = [0, 0, 0];
    for (let i = 0; i < n; i++) sum += targets[rows[i]!]!;
    for (let i = 0; i < n; i++) {
      residual += (targets[rows[i]!]! - outputs[i]!) ** 2;
      total += (targets[rows[i]!]! - sum / n) ** 2;
    }
    return total === 0 ? Number.NaN : 1 - residual / total;
  }
  const precisions = Array.from({ length: width }, (_, tag) =>
    averagePrecision(
      Float64Array.from({ length: n }, (_, i) => outputs[i * width + tag]!),
      (i) => targets[rows[i]! * width + tag] === 1,
    ),
  ).filter((precision) => !Number.isNaN(precision)); // a tag that no row has cannot be found
  return precisions.reduce((sum, precision) => sum + precision, 0) / precisions.length;
}

/** What the best constant answer scores: majority of the training rows, 0, or the mean share of tags. */
export function trivialScore(task: HeadTask, train: ArrayLike<number>, rows: ArrayLike<number>): number {
  const { kind, width, targets } = task;
  if (kind === "number") return 0;
  if (kind === "tags") return headScore(task, new Float64Array(rows.length * width), rows);
  const counts = new Float64Array(width);
  for (let i = 0; i < train.length; i++) if (isKnown(task, train[i]!)) counts[targets[train[i]!]!]!++;
  const majority = argmax(counts, 0, width);
  return Array.from(rows).filter((row) => targets[row] === majority).length / rows.length;
}

export function argmax(values: Float64Array, from: number, count: number): number {
  let best = 0;
  for (let c = 1; c < count; c++) if (values[from + c]! > values[from + best]!) best = c;
  return best;
}
