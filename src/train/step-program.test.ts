import { describe, expect, test } from "vitest";
import { chooseEngine, compile, float32, float32Spec, type HostArray, type Tensor } from "../compute/index.js";
import type { HeadPass } from "../objectives/index.js";
import type { Optimizer } from "../optim/index.js";
import type { Model } from "./model.js";
import { traceStep, viewSpecs } from "./step-program.js";

/** z = w x for images of one pixel, a buffer that counts passes, and a loss of mean (zA − zB)² + noise. */
const model = {
  encoder: {
    encode: (_: unknown, images: Tensor) => ({ features: images.reshape([-1, 1]) }),
  },
  head: {
    forward({ online }: HeadPass) {
      const { w, passes } = online.parameters.projector as { w: Tensor; passes: Tensor };
      const { updates } = online.mode;
      updates.set(passes, updates.latest(passes).add(1));
      return { projections: online.encoded.map((features) => features.mul(w)) };
    },
  },
  objective: {
    needs: { tokens: "pooled" },
    loss({ projections: [a, b], noise }: { projections: Tensor[]; noise: { offset: Tensor } }) {
      const distance = a!.sub(b!).square().mean();
      return { total: distance.mul(3).add(noise.offset), terms: { distance } };
    },
  },
  roles: new Map([["projector/w", "weight"]]),
} as unknown as Model;

/** p − η g, and a slot that keeps the gradient it got. */
const plainDescent: Optimizer = {
  name: "plainDescent",
  summary: "",
  options: {},
  slots: ["last"],
  usual: { learningRate: (_batchSize, encoderRate) => encoderRate },
  scalars: ({ learningRate }) => ({ learningRate }),
  update({ parameters, gradient, scalars }) {
    const w = (parameters as { projector: { w: Tensor } }).projector.w;
    const g = (gradient as { projector: { w: Tensor } }).projector.w;
    return {
      parameters: { projector: { w: w.sub(g.mul(scalars.learningRate!)) } },
      slots: { last: { projector: { w: g } } },
    };
  },
};

const images = (...values: number[]) => float32(values, [values.length, 1, 1, 1]);
const scalar = (value: number) => float32([value], []);

async function step(w: number, maxGradientNorm: number) {
  const branch = { projector: { w: float32Spec([]) } };
  const specs = {
    trainable: branch,
    buffers: { projector: { passes: float32Spec([]) } },
    slots: { last: branch },
    views: viewSpecs([
      [2, 1, 1, 1],
      [2, 1, 1, 1],
    ]),
    noise: { offset: float32Spec([]) },
    ...{ target: { trainable: {}, buffers: {} }, actions: {}, masks: {}, steadyScalars: {}, scheduled: {} },
    scalars: { learningRate: float32Spec([]) },
  };
  const program = await traceStep(specs, {
    model,
    optimizer: plainDescent,
    optimizerConfig: {},
    numGlobalViews: 2,
    maxGradientNorm,
  });
  const executable = await compile(program, await chooseEngine());
  const inputs = {
    trainable: { projector: { w: scalar(w) } },
    buffers: { projector: { passes: scalar(4) } },
    slots: { last: { projector: { w: scalar(0) } } },
    views: { view0: images(1, 5), view1: images(3, 1) },
    noise: { offset: scalar(0.25) },
    ...{ target: { trainable: {}, buffers: {} }, actions: {}, masks: {}, steadyScalars: {}, scheduled: {} },
    scalars: { learningRate: scalar(0.5) },
  };
  try {
    return (await executable.run(inputs as never)) as unknown as Record<string, never> & {
      trainable: { projector: { w: HostArray } };
      buffers: { projector: { passes: HostArray } };
      slots: { last: { projector: { w: HostArray } } };
      report: Record<"total" | "gradientNorm" | "features" | "projections", HostArray> & {
        terms: { distance: HostArray };
      };
    };
  } finally {
    await executable.dispose();
  }
}

const of = ({ data }: HostArray) => [...data];

describe("a step", () => {
  // zA − zB = w (−2, 4): distance = 10 w², total = 30 w² + offset, gradient = 60 w.
  test("reports loss, terms, gradient and the first view, and descends", async () => {
    const { trainable, buffers, slots, report } = await step(0.5, 1000);
    expect(of(report.terms.distance)).toEqual([2.5]);
    expect(of(report.total)).toEqual([7.75]);
    expect(of(report.gradientNorm)).toEqual([30]);
    expect(of(report.features)).toEqual([1, 5]);
    expect(of(report.projections)).toEqual([0.5, 2.5]);
    expect(of(trainable.projector.w)).toEqual([0.5 - 0.5 * 30]);
    expect(of(slots.last.projector.w)).toEqual([30]);
    expect(of(buffers.projector.passes)).toEqual([5]);
  });

  test("shortens a long gradient, and reports its length before that", async () => {
    const { trainable, report } = await step(0.5, 3);
    expect(of(report.gradientNorm)).toEqual([30]);
    expect(of(trainable.projector.w)[0]).toBeCloseTo(0.5 - 0.5 * 3, 5);
  });
});
