import { expect, test } from "vitest";
import { flattenTree } from "../compute/index.js";
import { countParameters, isParameterSpec } from "../nn/index.js";
import { projector } from "./projector.js";

const pathsOf = (numHiddenLayers: number): string[] => {
  const { parameters } = projector(8, { hiddenDim: 4, numHiddenLayers, outDim: 2 });
  return [...flattenTree(parameters, isParameterSpec)].map(([path, { shape }]) => `${path} ${shape.join("x")}`);
};

test("hidden layers have a BatchNorm and no bias, the last layer has a bias", () => {
  expect(pathsOf(2)).toEqual([
    "hidden0/linear/weight 8x4",
    "hidden0/norm/gain 4",
    "hidden0/norm/bias 4",
    "hidden0/norm/runningMean 4",
    "hidden0/norm/runningVariance 4",
    "hidden1/linear/weight 4x4",
    "hidden1/norm/gain 4",
    "hidden1/norm/bias 4",
    "hidden1/norm/runningMean 4",
    "hidden1/norm/runningVariance 4",
    "output/weight 4x2",
    "output/bias 2",
  ]);
});

test("without hidden layers it is linear", () => {
  expect(pathsOf(0)).toEqual(["output/weight 8x2", "output/bias 2"]);
  expect(countParameters(projector(8, { hiddenDim: 4, numHiddenLayers: 0, outDim: 2 }).parameters)).toBe(18);
});

test("with a final norm the last layer has no bias, and the norm neither gain nor bias", () => {
  const { parameters } = projector(8, { hiddenDim: 4, numHiddenLayers: 0, outDim: 2 }, { finalNorm: true });
  const paths = [...flattenTree(parameters, isParameterSpec).keys()];
  expect(paths).toEqual(["output/weight", "norm/runningMean", "norm/runningVariance"]);
});
