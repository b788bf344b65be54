/** The head and the schedules of every registered objective: from encodings of any encoder to a loss. */
import { describe, expect, test } from "vitest";
import {
  flattenTree,
  float32,
  type HostArray,
  isHostArray,
  keyFor,
  Random,
  resolveOptions,
  runOnce,
  sizeOf,
  type Tensor,
  type Tree,
  valueAndGradient,
} from "../compute/index.js";
import { initialise, isParameterSpec, partition, trainingMode } from "../nn/index.js";
import { scalarInputs } from "../optim/index.js";
import { objectives } from "./catalog.js";
import { type Head, type HeadSide, projectionHead } from "./head.js";
import type { Objective } from "./objective.js";
import { projectorOptions } from "./projector.js";

const [B, IMAGE_SIZE, CHANNELS] = [4, 24, 3];
const RUN = { totalSteps: 40, stepsPerEpoch: 10 };

/** What heads are told of an encoder: a ConvNet's small map, a transformer's finer grid of tokens. */
const encoders = {
  "a ConvNet": { featureDim: 10, gridSizeOf: (imageSize: number) => imageSize / 6 },
  "a vision transformer": { featureDim: 12, gridSizeOf: (imageSize: number) => imageSize / 4 },
};

type Named<T> = Readonly<Record<string, T>>;
type Arrays = Tree<HostArray>;
type Tensors = Record<string, Tree<Tensor>>;

/** Irregular numbers, a function of the seed. */
function noisy(shape: readonly number[], seed: number): HostArray {
  const random = new Random(keyFor(seed, "encodings"));
  return float32(
    Float32Array.from({ length: sizeOf(shape) }, () => random.normal()),
    shape,
  );
}

const numbered = (arrays: readonly HostArray[]): Named<HostArray> =>
  Object.fromEntries(arrays.map((array, i) => [`${i}`, array]));

function lengthOf(tree: Arrays | undefined): number {
  let squares = 0;
  for (const { data } of flattenTree(tree ?? {}, isHostArray).values()) for (const x of data) squares += x * x;
  return Math.sqrt(squares);
}

/** One step of the objective's loss from made-up encodings, with the gradient in everything that could have one. */
async function stepOf(objective: Objective, encoder: (typeof encoders)["a ConvNet"]) {
  const { needs } = objective;
  const config = resolveOptions(objective.name, objective.options);
  const small = objective.projector && { hiddenDim: 9, outDim: 8 };
  const projector = small && resolveOptions("projector", projectorOptions, { ...objective.projector, ...small });
  const head: Head = (objective.head ?? projectionHead)(
    { encoder, channels: CHANNELS, imageSize: IMAGE_SIZE, projector },
    config,
  );
  const gridSize = encoder.gridSizeOf(IMAGE_SIZE);
  const maskDims = { batchSize: B, gridSize, channels: CHANNELS, imageSize: IMAGE_SIZE };
  const masks = objective.masks?.(config, maskDims, new Random(keyFor(1, "masks"))) ?? {};
  const numVisible = masks.visibleIndices?.shape[1] ?? gridSize ** 2;
  const encodings = (numPlaces: number, seed: number) => {
    const shape = needs.tokens === "patches" ? [B, numPlaces, encoder.featureDim] : [B, encoder.featureDim];
    return numbered(Array.from({ length: needs.views }, (_, v) => noisy(shape, seed + v)));
  };
  const images = Array.from({ length: needs.views }, (_, v) => noisy([B, CHANNELS, IMAGE_SIZE, IMAGE_SIZE], 70 + v));
  const modules = initialise(head.modules, keyFor(2)) as Arrays;
  const { trainable, buffers } = partition(head.modules as never, modules);
  const schedules = objective.schedules?.(config, RUN) ?? {};
  const dims = { batchSize: B, projectionDim: projector?.outDim ?? encoder.featureDim };
  const inputs = {
    differentiated: {
      online: trainable,
      encoded: encodings(numVisible, 10),
      ...(needs.target === "ema" && { target: trainable, targetEncoded: encodings(gridSize ** 2, 30) }),
    },
    buffers,
    views: numbered(images),
    masks,
    noise: objective.noise?.(config, dims, new Random(keyFor(3, "noise"))) ?? {},
    scalars: scalarInputs(
      Object.fromEntries(Object.entries(schedules).map(([name, schedule]) => [name, schedule(RUN.totalSteps)])),
    ),
  };

  let seen: { projections: (readonly number[])[]; targets: (readonly number[])[] } | undefined;
  const outputs = await runOnce(inputs as Arrays, (given) => {
    const { differentiated, views, masks = {}, noise = {}, scalars = {}, ...rest } = given as unknown as Tensors;
    const { value, gradient } = valueAndGradient(differentiated as Tensors, (moved) => {
      const mode = trainingMode();
      const sideOf = (trained: Tree<Tensor> | undefined, encoded: Tree<Tensor>): HeadSide => ({
        encoded: Object.values(encoded as Named<Tensor>),
        parameters: merged((trained ?? {}) as Tensors, (rest.buffers ?? {}) as Tensors) as HeadSide["parameters"],
        mode,
      });
      const numGlobalViews = needs.views;
      const output = head.forward({
        online: sideOf(moved.online, moved.encoded!),
        ...(needs.target === "ema" && { target: sideOf(moved.target, moved.targetEncoded!) }),
        views: Object.values(views as Named<Tensor>),
        masks: masks as Named<Tensor>,
        scalars: scalars as Named<Tensor>,
        numGlobalViews,
      });
      seen = {
        projections: output.projections.map(({ shape }) => shape),
        targets: (output.targets ?? []).map(({ shape }) => shape),
      };
      for (const watched of output.watched ?? []) expect(watched.shape, "watched is [B, D]").toHaveLength(2);
      const { total } = objective.loss(
        { ...output, numGlobalViews, noise: noise as Named<Tensor>, scalars: scalars as Named<Tensor> },
        config,
      );
      return { value: total, aux: {} };
    });
    return { value, gradient } as Tree<Tensor>;
  });
  const { value, gradient } = outputs as unknown as { value: HostArray; gradient: Named<Arrays> };
  return { head, value: value.data[0]!, gradient, ...seen! };
}

/** Buffers of modules beside their trained parameters. */
function merged(a: Tensors, b: Tensors): Tensors {
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  const isNode = (x: unknown): x is Tensors => typeof x === "object" && x !== null && !("shape" in x);
  return Object.fromEntries(
    [...names].map((name) => {
      const [x, y] = [a[name], b[name]];
      return [name, isNode(x) && isNode(y) ? merged(x, y) : (x ?? y)!];
    }),
  );
}

describe.each(Object.entries<Objective>(objectives))("objective %s", (name, objective) => {
  const { needs } = objective;
  const config = resolveOptions(name, objective.options);

  describe.each(Object.entries(encoders))("on encodings of %s", (_name, encoder) => {
    test("head and loss fit each other; what learns gets a gradient, the target none", async () => {
      const { head, value, gradient, projections, targets } = await stepOf(objective, encoder);
      expect(Number.isFinite(value)).toBe(true);
      expect(projections.length).toBeGreaterThan(0);
      for (const shape of [...projections, ...targets]) expect(shape[0]).toBe(B);
      expect(lengthOf(gradient.encoded)).toBeGreaterThan(1e-6);
      expect(lengthOf(gradient.target)).toBe(0);
      expect(lengthOf(gradient.targetEncoded)).toBe(0);
      const trained = [...flattenTree(head.modules, isParameterSpec)].filter(([, { role }]) => role !== "buffer");
      for (const module of new Set(trained.map(([path]) => path.split("/")[0]!))) {
        const length = lengthOf((gradient.online as unknown as Named<Arrays>)[module]);
        expect(length, `gradient of ${module}`).toBeGreaterThan(0);
        expect(Number.isFinite(length)).toBe(true);
      }
      const named = [...(head.targetModules ?? []), ...(head.constantLearningRate ?? [])];
      expect(Object.keys(head.modules)).toEqual(expect.arrayContaining(named));
      if (head.targetModules?.length) expect(needs.target).toBe("ema");
    });
  });

  test.each([
    [1, 1],
    [10, 100],
    [1000, 10],
  ])("schedules are finite in a run of %i steps, %i an epoch", (totalSteps, stepsPerEpoch) => {
    const schedules = objective.schedules?.(config, { totalSteps, stepsPerEpoch }) ?? {};
    expect(Object.hasOwn(schedules, "emaDecay"), "emaDecay where there is an averaged target").toBe(
      needs.target === "ema",
    );
    for (const step of [0, 1, Math.floor(totalSteps / 2), totalSteps - 1, totalSteps, totalSteps + 1]) {
      for (const schedule of Object.values(schedules)) expect(Number.isFinite(schedule(step))).toBe(true);
      const decay = schedules.emaDecay?.(step) ?? 0;
      expect(decay).toBeGreaterThanOrEqual(0);
      expect(decay).toBeLessThanOrEqual(1);
    }
  });

  test("masks are a function of the stream, one row an image, and hide something", () => {
    const maskDims = { batchSize: B, gridSize: 6, channels: CHANNELS, imageSize: IMAGE_SIZE };
    const draw = (seed: number) => objective.masks?.(config, maskDims, new Random(keyFor(seed))) ?? {};
    const masks = draw(1);
    expect(Object.keys(masks).length > 0).toBe(needs.masking !== "none");
    if (needs.masking === "none") return;
    expect(draw(1)).toEqual(masks);
    expect(draw(2)).not.toEqual(masks);
    for (const { shape } of Object.values(masks)) expect(shape[0]).toBe(B);
    const wanted = needs.masking === "noise" ? masks.pixelNoise : masks.visibleIndices;
    expect(wanted?.dtype).toBe(needs.masking === "noise" ? "float32" : "int32");
    if (needs.masking !== "noise") expect(wanted!.shape[1]).toBeLessThan(6 ** 2);
  });
});
