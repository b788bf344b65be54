import { describe, expect, test } from "vitest";
import { float32, type HostArray, runOnce, valueAndGradient } from "../compute/index.js";
import { batchNorm } from "./batch-norm.js";
import { evaluationMode, type Layer, targetMode, trainingMode } from "./layer.js";

// One channel, values 1, 3, 5, 7: mean 4, biased variance 5, unbiased 20/3.
const x = float32([1, 3, 5, 7], [4, 1]);
const vector = (...values: number[]): HostArray => float32(values, [values.length]);
const fresh = { gain: vector(1), bias: vector(0), runningMean: vector(0), runningVariance: vector(1) };
const layer = batchNorm(1);

const close = (got: HostArray | undefined, expected: readonly number[], digits = 5): void => {
  expect(got?.data.length).toBe(expected.length);
  for (const [i, value] of expected.entries()) expect(got?.data[i]).toBeCloseTo(value, digits);
};

describe("training", () => {
  test("normalises by the biased variance, then gain and bias", async () => {
    const parameters = { ...fresh, gain: vector(2), bias: vector(10) };
    const y = await runOnce({ x, parameters }, ({ x, parameters }) => layer.apply(parameters, x, trainingMode()));
    const unit = 1 / Math.sqrt(5 + 1e-5);
    close(y as HostArray, [10 - 6 * unit, 10 - 2 * unit, 10 + 2 * unit, 10 + 6 * unit]);
  });

  test("records mean and unbiased variance with weight .1", async () => {
    const result = await runOnce({ x, parameters: fresh }, ({ x, parameters }) => {
      const mode = trainingMode();
      layer.apply(parameters, x, mode);
      const { runningMean, runningVariance } = parameters;
      return mode.updates.appliedTo({ runningMean, runningVariance }) as { [name: string]: typeof runningMean };
    });
    close(result.runningMean, [0.4]);
    close(result.runningVariance, [0.9 + 0.1 * (20 / 3)]);
  });

  test("two passes in one step add up in order, also through a gradient", async () => {
    const { gain, bias, ...buffers } = fresh;
    const result = await runOnce({ x, learned: { gain, bias }, buffers }, ({ x, learned, buffers }) => {
      const { aux } = valueAndGradient(learned, (moved) => {
        const mode = trainingMode();
        const y = layer.apply({ ...moved, ...buffers }, x, mode);
        layer.apply({ ...moved, ...buffers }, x.add(10), mode);
        return { value: y.square().sum(), aux: mode.updates.appliedTo(buffers) as typeof buffers };
      });
      return aux;
    });
    close(result.runningMean, [0.9 * 0.4 + 0.1 * 14]);
    close(result.runningVariance, [0.9 * (0.9 + 2 / 3) + 2 / 3]);
  });

  test("maps share a channel's statistics over all positions", async () => {
    // channel 0 holds 1, 3 | 5, 7 over two images, channel 1 is constant
    const maps = float32([1, 3, 9, 9, 5, 7, 9, 9], [2, 2, 1, 2]);
    const two = batchNorm(2, { affine: false });
    const parameters = { runningMean: vector(0, 0), runningVariance: vector(1, 1) };
    const y = await runOnce({ maps, parameters }, ({ maps, parameters }) =>
      two.apply(parameters, maps, trainingMode()),
    );
    const unit = 1 / Math.sqrt(5 + 1e-5);
    close(y as HostArray, [-3 * unit, -unit, 0, 0, unit, 3 * unit, 0, 0]);
  });

  test("a large offset costs no accuracy", async () => {
    const shifted = float32(x.data.map((value) => value + 4096) as Float32Array, [4, 1]);
    const y = await runOnce({ shifted, fresh }, ({ shifted, fresh }) => layer.apply(fresh, shifted, trainingMode()));
    const unit = 1 / Math.sqrt(5 + 1e-5);
    close(y as HostArray, [-3 * unit, -unit, unit, 3 * unit]);
  });
});

test("evaluation uses the running statistics and records nothing", async () => {
  const parameters = { gain: vector(2), bias: vector(1), runningMean: vector(3), runningVariance: vector(4) };
  const result = await runOnce({ x, parameters }, ({ x, parameters }) => {
    const mode = evaluationMode();
    const y = (layer as Layer<typeof layer.parameters>).apply(parameters, x, mode);
    return { y, mean: mode.updates.latest(parameters.runningMean) };
  });
  close(result.y, [-1, 1, 3, 5], 4);
  close(result.mean, [3]);
});

describe("under a target encoder", () => {
  const { gain, bias, ...statistics } = fresh;
  const online = { gain, bias, ...statistics };
  // moved halfway from a gain of 3 to the online 1: the average takes the trained parameters only
  const target = { gain: vector(2), bias, runningMean: vector(5), runningVariance: vector(2) };

  const run = () =>
    runOnce({ x, online, target }, ({ x, online, target }) => {
      const [onlinePass, targetPass] = [trainingMode(), targetMode()];
      const y = layer.apply(online, x, onlinePass);
      const targetY = layer.apply(target, x.add(10), targetPass);
      return {
        y,
        targetY,
        onlineMean: onlinePass.updates.latest(online.runningMean),
        onlineSeesTarget: onlinePass.updates.latest(target.runningMean),
        targetMean: targetPass.updates.latest(target.runningMean),
        targetVariance: targetPass.updates.latest(target.runningVariance),
      };
    });

  test("the target normalises by its own batch, not by running statistics", async () => {
    const { targetY } = await run();
    const unit = 2 / Math.sqrt(5 + 1e-5);
    close(targetY, [-3 * unit, -unit, unit, 3 * unit]);
  });

  test("each records its own batch in its own running statistics", async () => {
    const { onlineMean, onlineSeesTarget, targetMean, targetVariance } = await run();
    close(onlineMean, [0.4]);
    close(onlineSeesTarget, [5]);
    close(targetMean, [0.9 * 5 + 0.1 * 14]);
    close(targetVariance, [0.9 * 2 + 0.1 * (20 / 3)]);
  });
});
