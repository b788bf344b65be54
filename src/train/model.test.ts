import { describe, expect, test } from "vitest";
import type { TrainConfig } from "./config.js";
import { buildModel } from "./model.js";

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
