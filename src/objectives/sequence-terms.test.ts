/** Terms of world models, held against loops in float64 and answers by hand. */
import { expect, test } from "vitest";
import { type HostArray, runOnce, type Tensor } from "../compute/index.js";
import { changeInTime, curvature, motionHinge, offDiagonalCovariance, spreadHinge } from "./sequence-terms.js";
import { fromRows, normalProjections, rowsOf } from "./testing/projections.js";

const states = Array.from({ length: 4 }, (_, t) => normalProjections(6, 3, t));

async function amountOf(term: (states: readonly Tensor[]) => Tensor, given: readonly HostArray[] = states) {
  const inputs = Object.fromEntries(given.map((array, t) => [`s${t}`, array]));
  const { value } = await runOnce(inputs, (tensors) => ({ value: term(Object.values(tensors) as Tensor[]) }));
  return value.data[0]!;
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
const columnsOf = (array: HostArray): number[][] => {
  const rows = rowsOf(array);
  return rows[0]!.map((_, d) => rows.map((row) => row[d]!));
};
const covarianceOf = (x: readonly number[], y: readonly number[]): number => {
  const [mx, my] = [mean(x), mean(y)];
  return x.reduce((sum, value, i) => sum + (value - mx) * (y[i]! - my), 0) / (x.length - 1);
};

test("the hinge on the spread looks at each step and dimension by itself", async () => {
  const expected = mean(
    states.flatMap((state) =>
      columnsOf(state).map((column) => Math.max(0, 1.5 - Math.sqrt(covarianceOf(column, column) + 1e-4))),
    ),
  );
  expect(await amountOf((given) => spreadHinge(given, 1.5))).toBeCloseTo(expected, 5);
});

test("covariance is the mean over steps of squares beside the diagonal, by D (D - 1)", async () => {
  const expected = mean(
    states.map((state) => {
      const columns = columnsOf(state);
      let sum = 0;
      for (const [i, x] of columns.entries()) {
        for (const [j, y] of columns.entries()) if (i !== j) sum += covarianceOf(x, y) ** 2;
      }
      return sum / (3 * 2);
    }),
  );
  expect(await amountOf(offDiagonalCovariance)).toBeCloseTo(expected, 5);
});

test("change in time is the mean squared step", async () => {
  const squares = states
    .slice(1)
    .flatMap((state, t) => [...state.data].map((value, i) => (value - states[t]!.data[i]!) ** 2));
  expect(await amountOf(changeInTime)).toBeCloseTo(mean(squares), 5);
});

test("motion looks at the spread within clips, whatever lies between them", async () => {
  const numSteps = states.length;
  const hinges = [0, 1, 2].map((d) => {
    const variances = [0, 1, 2, 3, 4, 5].map((i) => {
      const values = states.map((state) => rowsOf(state)[i]![d]!);
      const middle = mean(values);
      return values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (numSteps - 1);
    });
    return Math.max(0, 1.5 - Math.sqrt(mean(variances) + 1e-4));
  });
  expect(await amountOf((given) => motionHinge(given, 1.5))).toBeCloseTo(mean(hinges), 5);
  // Scenery: far apart from clip to clip, still within each.
  const scenery = [10, -20, 30].map((x) => [x, 2 * x, -x]);
  const still = Array.from({ length: 3 }, () => fromRows(scenery));
  expect(await amountOf((given) => motionHinge(given, 0.3), still)).toBeCloseTo(0.3 - 0.01, 5);
  expect(await amountOf((given) => spreadHinge(given, 0.3), still)).toBeCloseTo(0, 6);
});

test("a straight way has no curvature, a way back two, a corner one", async () => {
  const way = (...points: readonly (readonly [number, number])[]) => points.map((point) => fromRows([point, point]));
  expect(await amountOf(curvature, way([0, 0], [1, 0], [3, 0]))).toBeCloseTo(0, 4);
  expect(await amountOf(curvature, way([0, 0], [2, 0], [0, 0]))).toBeCloseTo(2, 4);
  expect(await amountOf(curvature, way([0, 0], [5, 0], [5, 5], [5, 9]))).toBeCloseTo(0.5, 4);
});
