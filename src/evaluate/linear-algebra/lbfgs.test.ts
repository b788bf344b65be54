import { expect, test } from "vitest";
import { Lbfgs } from "./lbfgs.js";

type Objective = (x: Float64Array) => { value: number; gradient: Float64Array };

function minimise(start: number[], objective: Objective, maxEvaluations: number) {
  const search = new Lbfgs(Float64Array.from(start), { gradientTolerance: 1e-8, valueTolerance: 0 });
  let numEvaluations = 0;
  while (!search.isDone && numEvaluations < maxEvaluations) {
    const { value, gradient } = objective(search.point);
    search.observe(value, gradient);
    numEvaluations++;
  }
  return { best: search.best, numEvaluations, isDone: search.isDone };
}

test("a badly scaled quadratic: minimum of Σ 10^i (x_i − i)² / 2", () => {
  const objective: Objective = (x) => ({
    value: x.reduce((sum, xi, i) => sum + 0.5 * 10 ** i * (xi - i) ** 2, 0),
    gradient: x.map((xi, i) => 10 ** i * (xi - i)),
  });
  const { best, numEvaluations } = minimise([9, 9, 9, 9, 9], objective, 300);
  expect(numEvaluations).toBeLessThan(300);
  for (const [i, x] of best.entries()) expect(x).toBeCloseTo(i, 4);
});

test("Rosenbrock's valley: the minimum (1, 1) from the classic start", () => {
  const objective: Objective = (x) => {
    const [a, b] = [x[0]!, x[1]!];
    return {
      value: (1 - a) ** 2 + 100 * (b - a * a) ** 2,
      gradient: Float64Array.of(-2 * (1 - a) - 400 * a * (b - a * a), 200 * (b - a * a)),
    };
  };
  const { best } = minimise([-1.2, 1], objective, 200);
  expect(best[0]).toBeCloseTo(1, 3);
  expect(best[1]).toBeCloseTo(1, 3);
});

test("a start at the minimum is recognised at once; an infinite trial is stepped back from", () => {
  const square: Objective = (x) => ({ value: x[0]! ** 2, gradient: Float64Array.of(2 * x[0]!) });
  expect(minimise([0], square, 10)).toMatchObject({ numEvaluations: 1, isDone: true });
  const wall: Objective = (x) =>
    x[0]! <= 0
      ? { value: Number.POSITIVE_INFINITY, gradient: Float64Array.of(Number.NaN) }
      : { value: x[0]! - Math.log(x[0]!), gradient: Float64Array.of(1 - 1 / x[0]!) };
  expect(minimise([5], wall, 60).best[0]).toBeCloseTo(1, 3);
});
