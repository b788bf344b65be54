import { describe, expect, test } from "vitest";
import { concat, float32, runOnce, type Tensor } from "../compute/index.js";
import { trainingMode } from "../nn/index.js";
import type { TrainConfig } from "./config.js";
import { buildModel, encodeViews, type Model, projectFeatures } from "./model.js";

const config = {
  data: { source: "x", numImages: 8, channels: 1, digest: "" },
  imageSize: 8,
  objective: { name: "vicreg", options: {} },
  encoder: { name: "convnet", options: { width: 2, stages: 2 } },
  projector: { hiddenDim: 4, numHiddenLayers: 1, outDim: 3 },
} satisfies Partial<TrainConfig>;

describe("buildModel", () => {
  test("joins encoder and projector, with a role for every parameter", () => {
    const model = buildModel(config);
    expect(model.encoder.featureDim).toBe(4);
    expect(model.objectiveConfig).toMatchObject({ covarianceWeight: 1 });
    expect([...model.roles.keys()].filter((path) => path.startsWith("encoder/")).length).toBeGreaterThan(5);
    expect(model.roles.get("projector/output/weight")).toBe("weight");
    expect(model.roles.get("projector/hidden0/norm/runningMean")).toBe("buffer");
  });

  test.each<[change: Partial<TrainConfig>, message: RegExp]>([
    [{ encoder: { name: "convnut", options: {} } }, /unknown encoder "convnut".*Did you mean "convnet"/],
    [{ objective: { name: "vicregs", options: {} } }, /unknown objective "vicregs".*Did you mean "vicreg"/],
    [{ encoder: { name: "convnet", options: { widht: 3 } } }, /Did you mean "width"/],
    [{ objective: { name: "vicreg", options: { targetStd: -1 } } }, /targetStd/],
    [{ imageSize: 2, encoder: { name: "convnet", options: { stages: 4 } } }, /stages/],
  ])("refuses %j", (change, message) => {
    expect(() => buildModel({ ...config, ...change })).toThrow(message);
  });
});

describe("encodeViews and projectFeatures", () => {
  /** An encoder whose features are the mean gray and the size of an image; a projector that multiplies by 10. */
  function transparentModel(): { model: Model; encoded: number[][]; projected: number[][] } {
    const encoded: number[][] = [];
    const projected: number[][] = [];
    const encode = (_: unknown, images: Tensor) => {
      encoded.push([...images.shape]);
      const gray = images.mean([1, 2, 3]).reshape([-1, 1]);
      return { features: concat([gray, gray.mul(0).add(images.shape[3]!)], 1) };
    };
    const apply = (_: unknown, features: Tensor) => {
      projected.push([...features.shape]);
      return features.mul(10);
    };
    return { model: { encoder: { encode }, projector: { apply } } as unknown as Model, encoded, projected };
  }

  test("pass views of one size through together, and give each view its own in its place", async () => {
    const sizes = [8, 4, 8, 6, 4];
    // View v of image i is gray 10 v + i.
    const views = sizes.map((size, v) => {
      const pixels = Array.from({ length: 2 * size * size }, (_, at) => 10 * v + Math.floor(at / (size * size)));
      return float32(pixels, [2, 1, size, size]);
    });
    const { model, encoded, projected } = transparentModel();
    const results = await runOnce(Object.fromEntries(views.entries()), (given: Record<string, Tensor>) => {
      const tensors = sizes.map((_, v) => given[v]!);
      const features = encodeViews(model, {} as never, tensors, trainingMode());
      const projections = projectFeatures(model, {} as never, features, trainingMode());
      return {
        features: Object.fromEntries(features.entries()),
        projections: Object.fromEntries(projections.entries()),
      };
    });
    expect(encoded).toEqual([
      [4, 1, 8, 8],
      [4, 1, 4, 4],
      [2, 1, 6, 6],
    ]);
    expect(projected).toEqual([[10, 2]]);
    for (const [v, size] of sizes.entries()) {
      expect([...results.features[v]!.data]).toEqual([10 * v, size, 10 * v + 1, size]);
      expect([...results.projections[v]!.data]).toEqual([100 * v, 10 * size, 100 * v + 10, 10 * size]);
    }
  });
});
