import { afterAll, beforeAll, expect, test } from "vitest";
import { chooseEngine, keyFor, Random, ValueError } from "../../compute/index.js";
import { allRows, selectRows } from "../features.js";
import { leadingComponents, projectOnto } from "./leading-components.js";
import { principalComponents } from "./principal-components.js";
import { ProgramCache } from "./program-cache.js";

let programs: ProgramCache;
beforeAll(async () => {
  programs = new ProgramCache(await chooseEngine());
});
afterAll(() => programs.dispose());

/** Rows whose dimension d has deviation 1 / (d + 1), mixed a little, far from the origin. */
function rowsOf(n: number, dim: number) {
  const random = new Random(keyFor(1, "rows"));
  const values = Float32Array.from({ length: n * dim }, (_, i) => 3 + random.normal() / ((i % dim) + 1));
  return { numImages: n, dim, values };
}

test("agrees with the exact components: variances, directions up to sign, coordinates", async () => {
  const features = rowsOf(300, 40);
  const exact = principalComponents(features, 6);
  const found = await leadingComponents(allRows(features), 6, keyFor(0, "pca"), programs);
  const projected = await projectOnto(features, found, programs);
  for (let c = 0; c < 6; c++) {
    expect(found.variances[c]! / exact.variances[c]!).toBeCloseTo(1, 3);
    let cosine = 0;
    for (let d = 0; d < 40; d++) cosine += found.directions[c * 40 + d]! * exact.directions[c * 40 + d]!;
    expect(Math.abs(cosine)).toBeGreaterThan(0.999);
    expect(Math.abs(projected.values[17 * 6 + c]!)).toBeCloseTo(Math.abs(exact.projected[17 * 6 + c]!), 1);
  }
});

test("with all dimensions distances stay, and only the given rows are fitted", async () => {
  const features = rowsOf(64, 5);
  const found = await leadingComponents(selectRows(features, [0, 1, 2, 3, 4, 5, 6, 7]), 5, keyFor(0), programs);
  const { values } = await projectOnto(features, found, programs);
  const distance = (of: Float32Array, a: number, b: number) =>
    Math.hypot(...Array.from({ length: 5 }, (_, d) => of[a * 5 + d]! - of[b * 5 + d]!));
  expect(distance(values, 3, 40)).toBeCloseTo(distance(features.values, 3, 40), 4);
  await expect(leadingComponents(allRows(features), 6, keyFor(0), programs)).rejects.toThrow(ValueError);
});

test("rows of one direction alone have one component, the others no variance", async () => {
  const values = Float32Array.from({ length: 60 }, (_, i) => Math.floor(i / 3) * [1, 2, 2][i % 3]!);
  const features = { numImages: 20, dim: 3, values };
  const { variances, directions } = await leadingComponents(allRows(features), 2, keyFor(0), programs);
  expect(variances[0]).toBeCloseTo((9 * (20 * 20 - 1)) / 12, 1); // variance of 0..19, times 1 + 4 + 4
  expect(variances[1]).toBeLessThan(1e-3);
  expect(Math.abs(directions[0]!)).toBeCloseTo(1 / 3, 3);
});
