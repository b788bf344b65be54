/**
 * Design by gradient: a material with wanted properties, found by following the gradient of a surrogate's error back
 * through its head and its encoder into the pixels.
 */
import { defaultStatistics } from "../../augment/index.js";
import {
  childKey,
  chooseEngine,
  compile,
  float32,
  float32Spec,
  type HostArray,
  type Key,
  keyFor,
  Random,
  type Tensor,
  type Tree,
  trace,
  ValueError,
  valueAndGradient,
} from "../../compute/index.js";
import { drawMaterial } from "../../environments/index.js";
import { evaluationMode } from "../../nn/index.js";
import { buildEncoder, type TrainConfig } from "../../train/index.js";
import type { AffineHead } from "./affine-head.js";
import { Adam } from "./host-adam.js";
import { PROPERTIES } from "./materials-task.js";
import { drawMoves, type Fields, fieldsOf, smoothed } from "./pattern-fields.js";

/** What a design should be. */
export interface DesignTarget {
  /** Wanted natural logarithms of the conductivities along x and y. */
  readonly wanted: readonly [number, number];
  /** Share of white, kept exactly. */
  readonly volumeFraction: number;
}

/** A pattern of two phases, with what the surrogate says of it. */
export interface Design {
  readonly size: number;
  readonly isWhite: Uint8Array;
  /** Predicted logarithms of the conductivities, mean over views. */
  readonly predicted: readonly [number, number];
  /** The pattern it began as. */
  readonly start: Uint8Array;
  /** What the pattern is cut from, for going on: [size, size]. */
  readonly logits: Float32Array;
}

export interface DesignerOptions {
  /** The encoder's, with the engine to run on. */
  readonly config: TrainConfig;
  /** Its parameters, buffers included. */
  readonly encoder: Tree<HostArray>;
  /** Designs followed at once, from different random materials. */
  readonly numStarts: number;
  /** Views that each prediction is averaged over: another draw of shifts and mirrors at every step. */
  readonly numViews: number;
  readonly steps: number;
}

export interface Designer {
  /** Encoder passes of one `design`, an image and a view each; a backward pass counts as two. */
  readonly passesPerTarget: number;
  /**
   * One design from every start, best predicted by this head first. The same seed gives the same designs.
   * @param starts patterns to begin with, `numStarts` of them; random materials if absent
   */
  design(target: DesignTarget, head: AffineHead, seed: number, starts?: readonly Uint8Array[]): Promise<Design[]>;
  /**
   * Go on from designs after the solver has answered: where the surrogate says p and the solver r, near there it errs by
   * about p − r, so the gradient now aims at wanted + (p − r). Half as many steps, black and white throughout.
   * @param reached the solver's logarithms, one a design
   * @returns in the same order
   */
  correct(
    designs: readonly Design[],
    reached: readonly (readonly [number, number])[],
    target: DesignTarget,
    head: AffineHead,
    seed: number,
  ): Promise<Design[]>;
  close(): Promise<void>;
}

/** Adam's step in units of the pattern, which starts at ±1. */
const LEARNING_RATE = 0.2;
/** Of it when a design is corrected: it is nearly right. */
const CORRECTION_SHARE = 0.5;
/** Slope of the sigmoid between the phases, from first to last step. */
const SHARPNESS = [3, 10] as const;
/** From this share of the steps on the encoder sees black and white only. */
const ALL_HARD_FROM = 0.5;
/** Rounds of views that the last prediction is averaged over. */
const FINAL_ROUNDS = 4;

/**
 * Prepare to design. From logits L, on the host: field F = smooth(L), level l so that the wanted share of F lies above it.
 * The program then has
 *   soft = σ(s (F − l)),  pattern = soft + h · stopGradient([F > l] − soft),
 *   error = Σ over x, y of (mean over views of ln k̂(view(pattern)) − wanted)²,
 * and Adam follows d error / d L. s grows; h goes from 0, a gray material, to 1, where the encoder sees exactly the
 * two-phase pattern that is built and the gradient passes as if it were gray (straight-through, Bengio et al. 2013).
 * So the volume fraction holds at every step, and nothing that a threshold would destroy can please the surrogate.
 * Against patterns that please the surrogate alone: smoothing L (binomial, 3 x 3, periodic) keeps single squares out, and
 * every step averages over other shifts and mirror images, which change the conductivity not at all.
 */
export async function createDesigner(options: DesignerOptions): Promise<Designer> {
  const { config, encoder, numStarts: S, numViews: V, steps } = options;
  const { imageSize: size } = config;
  const executable = await compileGradient(options);

  /** Follow the gradient from these logits, in place, and say what the head predicts at the end. */
  const descend = async ({
    logits,
    wanted,
    volumeFraction,
    head,
    key,
    numSteps,
    learningRate,
    progressAt,
  }: Descent) => {
    const asked = { encoder, wanted: float32(wanted.flat(), [S, 2]), ...headArrays(head) };
    const evaluate = (fields: Fields, progress: number, viewKey: Key) => {
      const moves = drawMoves(V, size, new Random(viewKey));
      return executable.run({ ...asked, ...fields, ...annealingAt(progress), ...moves } as never);
    };
    const adam = new Adam(logits, learningRate);
    for (let step = 0; step < numSteps; step++) {
      const fields = fieldsOf(logits, S, size, volumeFraction);
      const { gradient } = await evaluate(fields, progressAt(step / numSteps), childKey(key, "views", step));
      // Smoothing is its own transpose, so the gradient by the logits is the smoothed gradient by the field.
      adam.follow(smoothed(gradient.data as Float32Array, size), 1 - step / numSteps);
    }
    const last = fieldsOf(logits, S, size, volumeFraction);
    const sums = new Float64Array(2 * S);
    for (let round = 0; round < FINAL_ROUNDS; round++) {
      const { predicted } = await evaluate(last, 1, childKey(key, "last views", round));
      for (let i = 0; i < sums.length; i++) sums[i]! += predicted.data[i]!;
    }
    return (start: Uint8Array, s: number): Design => ({
      ...{ size, start },
      isWhite: Uint8Array.from(last.hard.data.subarray(s * size * size, (s + 1) * size * size)),
      predicted: [sums[2 * s]! / FINAL_ROUNDS, sums[2 * s + 1]! / FINAL_ROUNDS],
      logits: logits.slice(s * size * size, (s + 1) * size * size),
    });
  };

  return {
    passesPerTarget: S * V * (3 * steps + FINAL_ROUNDS),
    async design({ wanted, volumeFraction }, head, seed, given) {
      requireBothPhases(volumeFraction, size);
      const key = keyFor(seed, "design");
      const drawn = (s: number) => drawMaterial(size, childKey(key, s), { volumeFraction }).isWhite;
      const starts = given ?? Array.from({ length: S }, (_, s) => drawn(s));
      if (starts.length !== S) throw new ValueError("design", "starts", `${S} patterns`, starts.length);
      const logits = Float32Array.from(starts.flatMap((isWhite) => Array.from(isWhite, (one) => 2 * one - 1)));
      const designAt = await descend({
        ...{ logits, volumeFraction, head, key, numSteps: steps, learningRate: LEARNING_RATE },
        wanted: starts.map(() => wanted),
        progressAt: (share) => share,
      });
      return starts.map(designAt).sort((a, b) => distance(a.predicted, wanted) - distance(b.predicted, wanted));
    },
    async correct(designs, reached, { wanted, volumeFraction }, head, seed) {
      const logits = Float32Array.from(designs.flatMap((design) => Array.from(design.logits)));
      const aims = designs.map(({ predicted }, s) =>
        wanted.map((log, t) => log + predicted[t]! - reached[s]![t]!),
      ) as unknown as [number, number][];
      const designAt = await descend({
        ...{ logits, volumeFraction, head, wanted: aims, key: keyFor(seed, "correction") },
        numSteps: Math.ceil(steps / 2),
        learningRate: CORRECTION_SHARE * LEARNING_RATE,
        progressAt: () => 1,
      });
      // What the surrogate is now expected to err by is taken off what it says.
      return designs.map(({ start, predicted }, s) => {
        const next = designAt(start, s);
        const [x, y] = next.predicted.map((log, t) => log - (predicted[t]! - reached[s]![t]!));
        return { ...next, predicted: [x!, y!] };
      });
    },
    close: () => executable.dispose(),
  };
}

/** Of one phase alone there is nothing to design. */
function requireBothPhases(volumeFraction: number, size: number): void {
  const numWhite = Math.round(volumeFraction * size * size);
  if (numWhite >= 1 && numWhite < size * size) return;
  throw new ValueError("design", "volumeFraction", "between 0 and 1, with squares of both phases", volumeFraction);
}

/** One way down: from logits [S, n, n] towards what each row wants. */
interface Descent {
  readonly logits: Float32Array;
  readonly wanted: readonly (readonly [number, number])[];
  readonly volumeFraction: number;
  readonly head: AffineHead;
  readonly key: Key;
  readonly numSteps: number;
  readonly learningRate: number;
  /** Share of the steps done to how far the annealing is. */
  progressAt(share: number): number;
}

/** How far two pairs of logarithms are apart. */
export function distance(a: readonly [number, number], b: readonly [number, number]): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1]);
}

interface Annealing {
  readonly sharpness: HostArray;
  readonly hardness: HostArray;
}

async function compileGradient({ config, numStarts: S, numViews: V }: DesignerOptions) {
  const { imageSize: n } = config;
  const encoder = buildEncoder(config);
  const specs = {
    field: float32Spec([S, n, n]),
    level: float32Spec([S, 1, 1]),
    hard: float32Spec([S, n, n]),
    sharpness: float32Spec([]),
    hardness: float32Spec([]),
    wanted: float32Spec([S, 2]),
    rowMoves: float32Spec([V, 1, n, n]),
    columnMoves: float32Spec([V, 1, n, n]),
    weights: float32Spec([encoder.featureDim, PROPERTIES.length]),
    biases: float32Spec([PROPERTIES.length]),
    encoder: encoder.parameters,
  };
  const { redMean: mean, redStd: std } = defaultStatistics;
  const program = await trace(specs, (given) => {
    const { field, encoder: parameters, ...rest } = given as unknown as Record<string, Tensor> & { encoder: never };
    const { level, hard, sharpness, hardness, wanted, rowMoves, columnMoves, weights, biases } = rest;
    const { aux, gradient } = valueAndGradient({ field } as { field: Tensor }, (variables) => {
      const soft = variables.field.sub(level!).mul(sharpness!).sigmoid();
      const pattern = soft.add(hard!.sub(soft).stopGradient().mul(hardness!)); // [S, n, n]
      const views = rowMoves!.matmul(pattern.expandDims(0)).matmul(columnMoves!); // [V, S, n, n]
      const images = views
        .reshape([V * S, 1, n, n])
        .sub(mean)
        .mul(1 / std);
      const { features } = encoder.encode(parameters, images, evaluationMode());
      const logs = features.matmul(weights!).add(biases!).reshape([V, S, PROPERTIES.length]);
      const predicted = logs.mean(0); // [S, 2]
      return { value: predicted.sub(wanted!).square().sum().reshape([]), aux: { predicted } };
    });
    return { predicted: aux.predicted, gradient: gradient.field };
  });
  const engine = await chooseEngine(config.engine);
  return compile(program, engine, { numThreads: config.numThreads });
}

function headArrays(head: AffineHead): { weights: HostArray; biases: HostArray } {
  const K = head.biases.length;
  return {
    weights: float32(Float32Array.from(head.weights), [head.weights.length / K, K]),
    biases: float32(Float32Array.from(head.biases), [K]),
  };
}

/** @param progress 0 at the first step, 1 at the end */
function annealingAt(progress: number): Annealing {
  const sharpness = SHARPNESS[0] * (SHARPNESS[1] / SHARPNESS[0]) ** progress;
  const hardness = Math.min(1, progress / ALL_HARD_FROM);
  return { sharpness: float32([sharpness], []), hardness: float32([hardness], []) };
}
