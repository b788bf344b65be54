/** Rows and results made by hand. */
import type { Cell, CompareRecipe } from "../recipe.js";
import { type CellRow, type CompareResults, RESULTS_VERSION } from "../results.js";

export function cellOf(method: string, seed = 0, encoder = "convnet"): Cell {
  return { name: `${method}-${encoder}-seed${seed}`, method, encoder, seed };
}

export function rowOf(
  { name, method, encoder, seed }: Cell,
  scores: Readonly<Record<string, number>>,
  changes: Partial<CellRow> = {},
): CellRow {
  return {
    ...{ cell: name, method, encoder, seed, steps: 1200, batchSize: 64, numParameters: 1000 },
    ...{ cpuSeconds: 90, imagesPerSecond: 500, verdict: "healthy" },
    scores,
    floors: { rawPixels: { knn: 0.35 }, randomInit: { knn: 0.2 + 0.1 * seed } },
    chance: { knn: 0.1 },
    ...{ labelFree: {}, numTrain: 800, numTest: 200 },
    ...changes,
  };
}

export function resultsOf(rows: readonly CellRow[], changes: Partial<CompareResults> = {}): CompareResults {
  const namesOf = (key: "method" | "encoder") => [...new Set(rows.map((row) => row[key]))];
  return {
    ...{ version: RESULTS_VERSION, name: "toy", title: "Toys", notes: ["They are toys."], machine: "A machine" },
    ...{ budget: { steps: 1200 }, numImages: 800, numHeldOut: 200, imageSize: 16, channels: 3 },
    methods: namesOf("method"),
    encoders: namesOf("encoder"),
    seeds: [...new Set(rows.map(({ seed }) => seed))],
    ...{ impossible: [], rows },
    ...changes,
  };
}

export const TOY_RECIPE: CompareRecipe = {
  ...{ name: "toy", title: "Toys", data: "toys", holdOut: 0.25 },
  encoders: { small: { encoder: "convnet", encoderOptions: { width: 8, stages: 2 } }, vit: {} },
  methods: {
    simclr: {},
    cold: { objective: "simclr", objectiveOptions: { temperature: 0.1 }, on: { vit: { learningRate: 0.01 } } },
  },
  training: { size: 16, batch: 8, learningRate: 0.001, encoderOptions: { width: 4 } },
  seeds: [0, 3],
  budget: { steps: 2 },
};
