import { describe, expect, test } from "vitest";
import { float32, type HostArray, keyFor, Random } from "../compute/index.js";
import { objectiveValue } from "./objective-value.js";
import { drawDirections, knotsOf } from "./sigreg.js";
import { sigregStatistic } from "./sigreg-statistic.js";
import {
  agreeingViews,
  fromRows,
  goldenDirections,
  goldenViews,
  normalProjections,
  rowsOf,
} from "./testing/projections.js";

/** T of one view: trapezoid rule over all points as the sources list them, in float64 loops. */
function referenceSigreg(view: HostArray, directions: HostArray, domain: "half" | "full" | "coarse"): number {
  const grids = { half: [0, 3, 2, 17], full: [-5, 5, 1, 17], coarse: [-3, 3, 1, 10] } as const;
  const [first, last, factor, numKnots] = grids[domain];
  const numIntervals = numKnots - 1;
  const [rows, columns] = [rowsOf(view), rowsOf(directions)];
  const numSlices = directions.shape[1]!;
  let sum = 0;
  for (let m = 0; m < numSlices; m++) {
    const p = rows.map((row) => row.reduce((dot, x, d) => dot + x * columns[d]![m]!, 0));
    for (let k = 0; k < numKnots; k++) {
      const t = first + ((last - first) * k) / numIntervals;
      const width = ((k === 0 || k === numIntervals ? 0.5 : 1) * (last - first)) / numIntervals;
      const window = Math.exp((-t * t) / 2);
      const real = p.reduce((s, x) => s + Math.cos(t * x), 0) / p.length - window;
      const imaginary = p.reduce((s, x) => s + Math.sin(t * x), 0) / p.length;
      sum += p.length * factor * width * window * (real ** 2 + imaginary ** 2);
    }
  }
  return sum / numSlices;
}

function referenceInvariance(views: readonly HostArray[], numGlobalViews: number): number {
  let [sum, count] = [0, 0];
  for (const view of views) {
    for (const [i, row] of rowsOf(view).entries()) {
      for (const [d, x] of row.entries()) {
        let center = 0;
        for (const global of views.slice(0, numGlobalViews)) center += rowsOf(global)[i]![d]! / numGlobalViews;
        sum += (x - center) ** 2;
        count += 1;
      }
    }
  }
  return sum / count;
}

describe("lejepa", () => {
  test.each(["half", "full", "coarse"] as const)(
    "agrees with loops on the %s domain, global and local views",
    async (domain) => {
      const views = agreeingViews(4, 6, 5);
      const directions = goldenDirections();
      const options = { config: { domain, regularizerWeight: 0.1 }, noise: { directions }, numGlobalViews: 2 };
      const { total, terms } = await objectiveValue("lejepa", views, options);
      const invariance = referenceInvariance(views, 2);
      const sigreg = views.reduce((sum, view) => sum + referenceSigreg(view, directions, domain), 0) / 4;
      expect(terms.invariance).toBeCloseTo(invariance, 5);
      expect(terms.sigreg).toBeCloseTo(sigreg, 5);
      expect(total).toBeCloseTo(0.9 * invariance + 0.1 * sigreg, 5);
    },
  );

  test("directions of another width are named", async () => {
    const noise = { directions: float32([1, 0, 0], [3, 1]) };
    await expect(objectiveValue("lejepa", goldenViews(), { noise })).rejects.toThrow(
      '"noise.directions" must have shape [5',
    );
  });

  test("a number of global views that cannot be is named", async () => {
    const value = objectiveValue("lejepa", goldenViews(), { numGlobalViews: 3 });
    await expect(value).rejects.toThrow("from 1 to the number of views, 2, got 3");
  });

  test("the seed decides the directions", async () => {
    const at = async (seed: number) => (await objectiveValue("lejepa", goldenViews(), { seed })).terms.sigreg;
    expect(await at(1)).toBe(await at(1));
    expect(await at(1)).not.toBe(await at(2));
  });
});

describe("knots", () => {
  test("integrate the window: ∫ exp(-t²/2) dt over the domain, without the knot at 0", () => {
    const total = (domain: "half" | "full"): number => knotsOf(domain).weights.reduce((a, b) => a + b);
    expect(total("half") + 3 / 16).toBeCloseTo(Math.sqrt(2 * Math.PI) * 0.9973002, 3); // within ±3
    expect(total("full") + 5 / 8).toBeCloseTo(Math.sqrt(2 * Math.PI), 4);
  });
});

describe("directions", () => {
  const { data, shape } = drawDirections(16, 400, new Random(keyFor(0)));

  test("are unit columns", () => {
    expect(shape).toEqual([16, 400]);
    for (let m = 0; m < 400; m += 37) {
      const squares = Array.from({ length: 16 }, (_, d) => data[d * 400 + m]! ** 2).reduce((a, b) => a + b);
      expect(squares).toBeCloseTo(1, 5);
    }
  });

  test("prefer no axis: mean square 1/D, mean 0 in each", () => {
    for (let d = 0; d < 16; d++) {
      const row = Array.from(data.subarray(d * 400, (d + 1) * 400));
      expect(row.reduce((a, b) => a + b) / 400).toBeCloseTo(0, 1);
      expect(Math.abs((16 * row.reduce((a, b) => a + b * b, 0)) / 400 - 1)).toBeLessThan(0.35);
    }
  });
});

describe("sigregStatistic", () => {
  const statistic = (view: HostArray, options = {}): number =>
    sigregStatistic(view.data as Float32Array, view.shape[0]!, view.shape[1]!, keyFor(7), options);

  test.each(["half", "full", "coarse"] as const)(
    "agrees with loops and with the traced objective on the %s domain",
    async (domain) => {
      const [a] = goldenViews();
      const directions = drawDirections(5, 32, new Random(keyFor(7)));
      const host = statistic(a, { numSlices: 32, domain });
      expect(host).toBeCloseTo(referenceSigreg(a, directions, domain), 9);
      const { terms } = await objectiveValue("lejepa", [a, a], { config: { domain }, noise: { directions } });
      expect(host).toBeCloseTo(terms.sigreg!, 5);
    },
  );

  test.each([32, 256])("is 1.05 for standard normal features, n = %i", (n) => {
    const draws = Array.from({ length: 12 }, (_, seed) => statistic(normalProjections(n, 16, seed)));
    expect(Math.abs(draws.reduce((a, b) => a + b) / 12 - 1.0525)).toBeLessThan(0.06);
  });

  test.each([16, 400])("is .402 n for a point at the origin, n = %i", (n) => {
    const point = float32(new Float32Array(n * 4), [n, 4]);
    expect(statistic(point) / n).toBeCloseTo(0.40204758, 6);
  });

  test("grows with a mean shift beyond the point collapse", () => {
    const shifted = normalProjections(256, 1, 0).data.map((x) => x * 1e-3 + 3) as Float32Array;
    expect(sigregStatistic(shifted, 256, 1, keyFor(0))).toBeGreaterThan(0.402 * 256);
  });

  test("refuses features of another size", () => {
    expect(() => sigregStatistic(new Float32Array(7), 2, 4, keyFor(0))).toThrow('sigregStatistic: "features"');
    expect(() => statistic(fromRows([[1, 2]]))).toThrow("n >= 2");
  });
});
