import { expect, test } from "vitest";
import { adamw } from "../optim/index.js";
import { buildModel } from "./model.js";
import { arraysOf, brokenArrayOf, initialState } from "./state.js";

const model = buildModel({
  data: { source: "x", numImages: 8, channels: 3, digest: "" },
  imageSize: 8,
  objective: { name: "simclr", options: {} },
  encoder: { name: "convnet", options: { width: 2, stages: 2 } },
  projector: { hiddenDim: 4, numHiddenLayers: 1, outDim: 3 },
});

function bytesOf(seed: number): Record<string, number[]> {
  const arrays = arraysOf(initialState(model, adamw, seed));
  return Object.fromEntries([...arrays].map(([name, { data }]) => [name, [...data]]));
}

test("the first state is a function of the seed alone", () => {
  expect(bytesOf(1)).toEqual(bytesOf(1));
  expect(bytesOf(1)).not.toEqual(bytesOf(2));
});

test("a state holds what is trained, buffers apart from it, and two empty slots for all that is trained", () => {
  const names = Object.keys(bytesOf(0));
  const under = (root: string) => names.filter((name) => name.startsWith(root)).map((name) => name.slice(root.length));
  expect(under("buffers/")).toContain("projector/hidden0/norm/runningVariance");
  expect(under("trainable/").filter((name) => name.includes("running"))).toEqual([]);
  const slots = new Set(under("slots/").map((name) => name.split("/")[0]!));
  expect(slots.size).toBe(2);
  for (const slot of slots) {
    expect(under(`slots/${slot}/`)).toEqual(under("trainable/"));
  }
  const values = bytesOf(0);
  const numbers = names.filter((name) => name.startsWith("slots/")).flatMap((name) => values[name]!);
  expect(new Set(numbers)).toEqual(new Set([0]));
});

test("a value that is not finite is found, wherever it is", () => {
  const state = initialState(model, adamw, 0);
  expect(brokenArrayOf(state)).toBeUndefined();
  for (const [name, { data }] of arraysOf(state)) {
    const [old] = data;
    data[data.length - 1] = Number.NEGATIVE_INFINITY;
    expect(brokenArrayOf(state)).toBe(name);
    data[data.length - 1] = old!;
  }
});
