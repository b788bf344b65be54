import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { keyFor, Random } from "../compute/random.js";
import { type ConductingCell, effectiveConductivity } from "./heat-conduction.js";

const EXACT = { tolerance: 1e-9 };

/** A cell by a function of row and column. */
function cellOf(size: number, conductivityAt: (row: number, column: number) => number): ConductingCell {
  const conductivity = Float64Array.from({ length: size * size }, (_, at) =>
    conductivityAt(Math.floor(at / size), at % size),
  );
  return { size, conductivity };
}

const arithmetic = (values: ArrayLike<number>) =>
  Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;
const harmonic = (values: ArrayLike<number>) => 1 / arithmetic(Array.from(values, (value) => 1 / value));

/** Any two-phase cell, patterns and contrasts of all kinds. */
const anyCell = fc
  .record({
    size: fc.integer({ min: 2, max: 9 }),
    contrast: fc.double({ min: 1.01, max: 200, noNaN: true }),
    seed: fc.integer(),
  })
  .map(({ size, contrast, seed }) => {
    const random = new Random(keyFor(seed, "cell"));
    return cellOf(size, () => (random.chance(0.5) ? contrast : 1));
  });

describe("exact answers", () => {
  test("a homogeneous cell conducts as its material", () => {
    const { x, y } = effectiveConductivity(cellOf(6, () => 3.7));
    expect(x).toBeCloseTo(3.7, 12);
    expect(y).toBeCloseTo(3.7, 12);
  });

  test("layers: resistances add across them, conductances along them", () => {
    const layers = [1, 4, 4, 10, 2, 7];
    const stacked = effectiveConductivity(
      cellOf(6, (row) => layers[row]!),
      EXACT,
    );
    expect(stacked.y).toBeCloseTo(harmonic(layers), 8);
    expect(stacked.x).toBeCloseTo(arithmetic(layers), 12);
    const sideBySide = effectiveConductivity(
      cellOf(6, (_, column) => layers[column]!),
      EXACT,
    );
    expect(sideBySide.x).toBeCloseTo(harmonic(layers), 8);
    expect(sideBySide.y).toBeCloseTo(arithmetic(layers), 12);
  });

  test("by hand: one square of 2 in 2 x 2 of 1", () => {
    // Every face that touches it conducts 4/3, all others 1. In each row both faces are alike, so the temperature falls
    // evenly, rows stay at one temperature and exchange nothing: the flux is 4/3 in one row and 1 in the other.
    const { x, y } = effectiveConductivity(
      cellOf(2, (row, column) => (row === 0 && column === 0 ? 2 : 1)),
      EXACT,
    );
    expect(x).toBeCloseTo((4 / 3 + 1) / 2, 10);
    expect(y).toBeCloseTo(x, 10);
  });
});

describe("bounds and symmetries, for any cell", () => {
  test("between Wiener's bounds: the harmonic and the arithmetic mean", () => {
    fc.assert(
      fc.property(anyCell, (cell) => {
        const { x, y } = effectiveConductivity(cell, EXACT);
        for (const value of [x, y]) {
          expect(value).toBeGreaterThanOrEqual(harmonic(cell.conductivity) * (1 - 1e-9));
          expect(value).toBeLessThanOrEqual(arithmetic(cell.conductivity) * (1 + 1e-9));
        }
      }),
    );
  });

  test("transposing exchanges x and y; shifting and mirroring change nothing; scaling scales", () => {
    fc.assert(
      fc.property(anyCell, fc.nat(8), fc.nat(8), (cell, down, across) => {
        const { size, conductivity: k } = cell;
        const { x, y } = effectiveConductivity(cell, EXACT);
        const same = (other: ConductingCell, expected: { x: number; y: number }) => {
          const got = effectiveConductivity(other, EXACT);
          expect(got.x / expected.x).toBeCloseTo(1, 7);
          expect(got.y / expected.y).toBeCloseTo(1, 7);
        };
        same(
          cellOf(size, (row, column) => k[column * size + row]!),
          { x: y, y: x },
        );
        same(
          cellOf(size, (row, column) => k[((row + down) % size) * size + ((column + across) % size)]!),
          { x, y },
        );
        same(
          cellOf(size, (row, column) => k[row * size + size - 1 - column]!),
          { x, y },
        );
        same(
          cellOf(size, (row, column) => 2.5 * k[row * size + column]!),
          { x: 2.5 * x, y: 2.5 * y },
        );
      }),
      { numRuns: 40 },
    );
  });

  test("a better conductor anywhere never conducts less", () => {
    fc.assert(
      fc.property(anyCell, fc.nat(), (cell, place) => {
        const improved = Float64Array.from(cell.conductivity);
        improved[place % improved.length]! *= 2;
        const before = effectiveConductivity(cell, EXACT);
        const after = effectiveConductivity({ ...cell, conductivity: improved }, EXACT);
        expect(after.x).toBeGreaterThanOrEqual(before.x * (1 - 1e-9));
        expect(after.y).toBeGreaterThanOrEqual(before.y * (1 - 1e-9));
      }),
      { numRuns: 60 },
    );
  });
});

describe("against the continuum", () => {
  /** A square array of discs of conductivity 10 in 1, area share f. */
  const discs = (size: number, f: number) =>
    cellOf(size, (row, column) => {
      const [dy, dx] = [row + 0.5 - size / 2, column + 0.5 - size / 2];
      return dx * dx + dy * dy < (f / Math.PI) * size * size ? 10 : 1;
    });
  const shareOf = ({ conductivity }: ConductingCell) =>
    Array.from(conductivity).filter((k) => k === 10).length / conductivity.length;
  /** Perrins, McKenzie and McPhedran 1979, to fourth order in the radius: good to 0.1 % at f = 0.3. */
  const perrins = (f: number) => {
    const t = (1 + 10) / (1 - 10);
    const third = (0.305827 * f ** 4 * t) / (t * t - 1.402958 * f ** 8);
    return 1 - (2 * f) / (t + f - third - (0.013362 * f ** 8) / t);
  };

  /** Root mean square of the relative error over five radii: how well squares draw one disc is luck. */
  const errorAt = (size: number) => {
    const errors = [0.15, 0.2, 0.25, 0.3, 0.35].map((f) => {
      const cell = discs(size, f);
      return effectiveConductivity(cell).x / perrins(shareOf(cell)) - 1; // at the area they have
    });
    return Math.hypot(...errors) / Math.sqrt(errors.length);
  };

  test("discs converge to the known series as squares get smaller", () => {
    const [coarse, middle, fine] = [8, 32, 64].map(errorAt) as [number, number, number];
    expect(middle).toBeLessThan(coarse / 2);
    expect(fine).toBeLessThan(middle / 2);
    expect(fine).toBeLessThan(0.001);
  });

  test("isotropic cells stay within the bounds of Hashin and Shtrikman", () => {
    const upper = (f: number) => 10 + (1 - f) / (1 / (1 - 10) + f / 20);
    const lower = (f: number) => 1 + f / (1 / (10 - 1) + (1 - f) / 2);
    for (const f of [0.1, 0.3, 0.5, 0.7]) {
      const cell = discs(64, f);
      const drawn = shareOf(cell);
      const { x, y } = effectiveConductivity(cell);
      expect(x).toBeCloseTo(y, 6);
      expect(x).toBeGreaterThan(lower(drawn) * 0.99); // discs nearly attain the lower one
      expect(x).toBeLessThan(upper(drawn));
    }
  });
});

describe("input", () => {
  test("is refused with the place where it is wrong", () => {
    expect(() => effectiveConductivity({ size: 3, conductivity: [1, 2] })).toThrow(/\[3, 3\], got \[2\]/);
    expect(() => effectiveConductivity(cellOf(3, (row, column) => (row === 1 && column === 2 ? 0 : 1)))).toThrow(
      /positive and finite, got "0 in row 1, column 2"/,
    );
    expect(() => effectiveConductivity({ size: 1, conductivity: [1] })).toThrow(/at least 2/);
  });
});
