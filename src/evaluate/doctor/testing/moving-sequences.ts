/** A small real training on sequences: a dot that circles before a still background, encoded step by step. */
import {
  type Branch,
  chooseEngine,
  compile,
  flattenTree,
  float32,
  float32Spec,
  type HostArray,
  isTensor,
  type Key,
  keyFor,
  mapTree,
  Random,
  type Tensor,
  type Tree,
  trace,
  valueAndGradient,
} from "../../../compute/index.js";
import { initialise, type Layer, linear, relu, sequence, trainingMode } from "../../../nn/index.js";
import type { Reading } from "../history.js";
import { readMeters } from "../meters.js";
import { readTemporalMeters } from "../temporal-meter.js";

/** Sequences, steps, width of projections; numbers that stay and that move. */
const [B, T, D] = [48, 8, 12];
const [STILL, MOVING] = [12, 6];
const INPUT = STILL + MOVING;
const [NUM_STEPS, READ_EVERY] = [600, 40];
const LEARNING_RATE = 0.1;

/** Weights of a loss on projections z [B, T, D]. */
export interface SequenceLoss {
  /** Of (z_{t+1} − z_t)². */
  readonly slowness: number;
  /** Of VICReg's hinge on the standard deviation over all steps of all sequences, and of its covariance. */
  readonly spread: number;
  /** Of the same hinge about the mean of each sequence. */
  readonly spreadInTime: number;
}

/** Train a small network, and read the doctor's meters on the way. */
export async function trainOnSequences(loss: SequenceLoss, seed = 0): Promise<Reading[]> {
  const encoder = sequence({ first: linear(INPUT, 48), relu, second: linear(48, D) }) as Layer;
  const specs = { parameters: encoder.parameters, x: float32Spec([B * T, INPUT]) };
  const program = await trace(specs, (given) => {
    const { parameters, x } = given as unknown as { parameters: Branch<Tensor>; x: Tensor };
    const { value, aux, gradient } = valueAndGradient(parameters, (at) => {
      const z = encoder.apply(at, x, trainingMode()).reshape([B, T, D]);
      return { value: lossOf(z, loss), aux: { z } };
    });
    const slopes = flattenTree<Tensor>(gradient, isTensor);
    const next = mapTree<Tensor, Tensor>(parameters, isTensor, (p, path) =>
      p.sub(slopes.get(path)!.mul(LEARNING_RATE)),
    );
    return { next, total: value, z: aux.z } as Tree<Tensor>;
  });
  const executable = await compile(program, await chooseEngine("native"), { numThreads: 1 });
  const readings: Reading[] = [];
  let parameters = initialise(encoder.parameters, keyFor(seed, "parameters")) as Tree<HostArray>;
  for (let step = 1; step <= NUM_STEPS; step++) {
    const x = drawSequences(keyFor(seed, "sequences", step));
    const { next, total, z } = (await executable.run({ parameters, x } as never)) as unknown as Outputs;
    parameters = next;
    if (step % READ_EVERY === 0) readings.push(readingOf(step, total, z));
  }
  await executable.dispose();
  return readings;
}

interface Outputs {
  readonly next: Tree<HostArray>;
  readonly total: HostArray;
  readonly z: HostArray;
}

function lossOf(z: Tensor, { slowness, spread, spreadInTime }: SequenceLoss): Tensor {
  const changes = z.slice(1, 1, T).sub(z.slice(1, 0, T - 1));
  const rows = z.reshape([B * T, D]);
  const centred = rows.sub(rows.mean(0));
  const covariance = centred
    .transpose()
    .matmul(centred)
    .mul(1 / (B * T - 1));
  const diagonal = centred
    .square()
    .sum(0)
    .mul(1 / (B * T - 1)); // [D]
  const redundancy = covariance
    .square()
    .sum()
    .sub(diagonal.square().sum())
    .mul(1 / D);
  const withinVariances = z
    .sub(z.mean(1, { keepDims: true }))
    .square()
    .mean([0, 1]); // [D]
  return changes
    .square()
    .mean()
    .mul(slowness)
    .add(hinge(diagonal).add(redundancy).mul(spread))
    .add(hinge(withinVariances.mul(2)).mul(spreadInTime));
}

/** How much is missing to a standard deviation of 1. */
function hinge(variances: Tensor): Tensor {
  return variances.add(1e-4).sqrt().neg().add(1).relu().mean();
}

/** [B · T, INPUT]: what stays is drawn once a sequence, what moves circles at a speed of its own. */
function drawSequences(key: Key): HostArray {
  const random = new Random(key);
  const values = new Float32Array(B * T * INPUT);
  for (let b = 0; b < B; b++) {
    const background = Array.from({ length: STILL }, () => random.normal());
    const [start, speed] = [random.uniform(0, 2 * Math.PI), random.uniform(0.5, 1.2)];
    for (let t = 0; t < T; t++) {
      const circling = Array.from({ length: MOVING }, (_, k) => 1.4 * Math.cos(start + speed * t + k));
      values.set([...background, ...circling], (b * T + t) * INPUT);
    }
  }
  return float32(values, [B * T, INPUT]);
}

function readingOf(step: number, { data: total }: HostArray, { data }: HostArray): Reading {
  const values = data as Float32Array;
  return {
    step,
    loss: total[0]!,
    projections: readMeters({ numImages: B * T, dim: D, values }, "unit-spread"),
    temporal: readTemporalMeters({ numSequences: B, numSteps: T, dim: D, values }),
  };
}
