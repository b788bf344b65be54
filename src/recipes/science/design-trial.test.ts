import { expect, test } from "vitest";
import { float32, keyFor } from "../../compute/index.js";
import { conductingCell, drawMaterial, effectiveConductivity } from "../../environments/index.js";
import type { Embedder } from "../../train/index.js";
import { nearestLabelled, patternViews, randomSearch } from "./design-searches.js";
import { drawTargets, type NamedTarget } from "./design-targets.js";
import { type Candidate, check, type DesignMethod, tryDesigns } from "./design-trial.js";
import type { MaterialsTask } from "./materials-task.js";

const SIZE = 8;
const material = (i: number, volumeFraction = 0.5) => drawMaterial(SIZE, keyFor(9, i), { volumeFraction });
const logsOf = (isWhite: Uint8Array): [number, number] => {
  const { x, y } = effectiveConductivity(conductingCell({ size: SIZE, isWhite }));
  return [Math.log(x), Math.log(y)];
};
const targetOf = (isWhite: Uint8Array, kind: NamedTarget["kind"] = "like"): NamedTarget => ({
  kind,
  wanted: logsOf(isWhite),
  volumeFraction: 0.5,
});

test("the solver has the last word: the very material is a success, layers across the flow are not", () => {
  const { isWhite } = material(0);
  expect(check({ isWhite }, targetOf(isWhite), SIZE)).toMatchObject({ error: 0, isSuccess: true });
  const layers = Uint8Array.from({ length: SIZE * SIZE }, (_, at) => at & 1);
  const wanted = [Math.log(5.5), Math.log(5.5)] as const;
  const found = check({ isWhite: layers }, { kind: "like", wanted, volumeFraction: 0.5 }, SIZE);
  // 1 / (0.5 / 10 + 0.5) = 20/11 across, 5.5 along
  expect(found.reached[0]).toBeCloseTo(Math.log(20 / 11), 6);
  expect(found.error).toBeCloseTo((1 - 20 / 11 / 5.5) / 2, 5);
  expect(found.isSuccess).toBe(false);
});

test("scores: of several checks the best counts, and a false promise is counted", async () => {
  const patterns = [0, 1, 2].map((i) => material(i).isWhite);
  const targets = [targetOf(patterns[0]!), targetOf(patterns[1]!, "beyond")];
  const liar: DesignMethod = {
    name: "liar",
    checks: [1, 2],
    // The wrong pattern first, promised to be right; then the right one.
    candidates: async ({ wanted }, i): Promise<Candidate[]> => [
      { isWhite: patterns[2]!, predicted: wanted },
      { isWhite: patterns[i]! },
    ],
  };
  const { scores } = await tryDesigns(targets, [liar], SIZE);
  expect(scores.map(({ kind, numChecks }) => `${kind} ${numChecks}`)).toEqual([
    ...["all 1", "all 2", "like 1", "like 2", "beyond 1", "beyond 2"],
  ]);
  expect(scores[0]).toMatchObject({ method: "liar", numFooled: 2, success: { mean: 0, n: 2 } });
  expect(scores[1]).toMatchObject({ numFooled: 0, success: { mean: 1, n: 2 }, error: { mean: 0 } });
  expect(scores[4]).toMatchObject({ numFooled: 1, success: { n: 1 } });
});

test("targets: the first exist, the others lie nearly at layers along x and y in turn", () => {
  const targets = drawTargets({ size: SIZE, volumeFractions: [0.5], numLike: 2, numBeyond: 2, seed: 1 });
  expect(targets.map(({ kind }) => kind)).toEqual(["like", "like", "beyond", "beyond"]);
  const exists = drawMaterial(SIZE, keyFor(1, "target", 0.5, 0), { volumeFraction: 0.5 });
  expect(targets[0]!.wanted).toEqual(logsOf(exists.isWhite));
  for (const [i, target] of targets.slice(2).entries()) {
    const own = logsOf(drawMaterial(SIZE, keyFor(1, "target", 0.5, 2 + i), { volumeFraction: 0.5 }).isWhite);
    const layers = i === 0 ? [Math.log(5.5), Math.log(20 / 11)] : [Math.log(20 / 11), Math.log(5.5)];
    for (const t of [0, 1]) expect(target.wanted[t]).toBeCloseTo(own[t]! + 0.9 * (layers[t]! - own[t]!), 10);
  }
});

/** Four measured materials; the last has another share of white. */
function measuredTask(): MaterialsTask {
  const patterns = [material(0), material(1), material(2), material(3, 0.75)].map(({ isWhite }) => isWhite);
  return {
    measured: { readPixels: ([row]: number[]) => patterns[row!]!.map((one) => 255 * one) },
    targets: Float64Array.from(patterns.flatMap(logsOf)),
    volumeFractions: Float64Array.of(0.5, 0.5, 0.5, 0.75),
  } as unknown as MaterialsTask;
}

test("nearest labelled: the right share of white first of all, then the nearest properties", async () => {
  const task = measuredTask();
  const wanted = logsOf(material(2).isWhite);
  const found = await nearestLabelled(task, Int32Array.of(0, 2, 3))({ wanted, volumeFraction: 0.5 });
  expect(found).toHaveLength(2);
  expect(found[0]!.isWhite).toEqual(material(2).isWhite);
  // none fits: the least unfit
  const [only] = await nearestLabelled(task, Int32Array.of(0, 3))({ wanted, volumeFraction: 0.9 });
  expect(only!.isWhite).toEqual(material(3, 0.75).isWhite);
});

test("random search: exact shares, sorted by what the surrogate says, drawn once for a share", async () => {
  let numEmbedded = 0;
  const embedder = {
    // The first pixel and the one below it are the features.
    async embedViews(views: Float32Array, count: number) {
      numEmbedded += count;
      return Float32Array.from({ length: 2 * count }, (_, i) => views[(i >> 1) * SIZE * SIZE + (i % 2) * SIZE]!);
    },
  } as unknown as Embedder;
  const head = { weights: Float64Array.of(1, 0, 0, 1), biases: Float64Array.of(0, 0) };
  const search = randomSearch({ embedder, head, numTried: 30, size: SIZE, seed: 0 });
  const found = await search({ wanted: [2, 2], volumeFraction: 0.25 });
  await search({ wanted: [-2, -2], volumeFraction: 0.25 });
  expect(numEmbedded).toBe(30);
  expect(found).toHaveLength(30);
  for (const { isWhite } of found) expect(isWhite.reduce((sum, one) => sum + one, 0)).toBe(16);
  // normalised white is 2: patterns with both pixels white come first
  const whites = found.map(({ isWhite }) => isWhite[0]! + isWhite[SIZE]!);
  expect(whites).toEqual(whites.toSorted((a, b) => b - a));
  expect(float32(patternViews([{ size: 2, isWhite: Uint8Array.of(0, 1, 1, 0) }]), [1, 1, 2, 2]).data).toEqual(
    Float32Array.of(-2, 2, 2, -2),
  );
});
