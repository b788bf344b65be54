import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { chooseEngine, keyFor, Random } from "../../compute/index.js";
import { ProgramCache } from "../linear-algebra/index.js";
import { growGrid } from "./grow-grid.js";
import { neighborsFound, uprightLayout } from "./layout-score.js";
import { connectParts, type NeighborGraph, neighborGraph } from "./neighbor-graph.js";
import { partialCorrelations } from "./partial-correlations.js";
import { pixelCovariance } from "./pixel-covariance.js";
import { inverseOrder, type PixelTable, reorderPixels } from "./pixel-table.js";
import { embedInPlane } from "./plane-embedding.js";
import { recoverLayout } from "./recover-layout.js";
import { settle } from "./settle.js";

let programs: ProgramCache;
beforeAll(async () => {
  programs = new ProgramCache(await chooseEngine("native"));
});
afterAll(() => programs.dispose());

const range = (count: number) => Array.from({ length: count }, (_, i) => i);
const shuffled = (count: number, seed: number) => new Random(keyFor(seed, "shuffle")).permutation(count);

/** The graph of a grid whose pixels have other numbers: pixel `order[cell]` lies in that cell. */
function gridGraph(side: number, order: ArrayLike<number> = range(side * side)): NeighborGraph {
  const graph = range(side * side).map((): { to: number; weight: number }[] => []);
  for (const cell of range(side * side)) {
    const near = [...((cell + 1) % side === 0 ? [] : [cell + 1]), ...(cell + side < side * side ? [cell + side] : [])];
    for (const other of near) {
      graph[order[cell]!]!.push({ to: order[other]!, weight: 1 });
      graph[order[other]!]!.push({ to: order[cell]!, weight: 1 });
    }
  }
  return graph;
}

/** Smooth random fields: white noise, each pixel the mean of its surroundings, a few times over. */
function smoothFields(side: number, numImages: number, channels = 1): PixelTable {
  const random = new Random(keyFor(3, "fields"));
  const size = side + 4;
  const values = new Uint8Array(numImages * side * side * channels);
  for (let image = 0; image < numImages; image++) {
    for (let channel = 0; channel < channels; channel++) {
      let field = Float64Array.from({ length: size * size }, () => random.normal());
      for (let round = 0; round < 2; round++) {
        field = field.map((own, i) => {
          const [row, column] = [Math.floor(i / size), i % size];
          const at = (r: number, c: number) => field[((r + size) % size) * size + ((c + size) % size)]!;
          return own + 0.5 * (at(row - 1, column) + at(row + 1, column) + at(row, column - 1) + at(row, column + 1));
        });
      }
      for (let place = 0; place < side * side; place++) {
        const value = field[(Math.floor(place / side) + 2) * size + (place % side) + 2]!;
        values[(image * side * side + place) * channels + channel] = Math.min(255, Math.max(0, 128 + 20 * value));
      }
    }
  }
  return { numImages, numPixels: side * side, channels, values };
}

describe("reordering pixels", () => {
  test("moves whole pixels, and the inverse moves them back", () => {
    const table = { numImages: 2, numPixels: 3, channels: 2, values: Uint8Array.from(range(12)) };
    const order = [2, 0, 1];
    const moved = reorderPixels(table, order);
    expect([...moved.values]).toEqual([4, 5, 0, 1, 2, 3, 10, 11, 6, 7, 8, 9]);
    expect(reorderPixels(moved, inverseOrder(order))).toEqual(table);
    expect(() => reorderPixels(table, [0, 1])).toThrow('"order" must have shape [3], got [2]');
  });
});

describe("the score", () => {
  test("is 1 under all 8 symmetries, which upright undoes", () => {
    const side = 5;
    const turned = (cell: number) => (cell % side) * side + side - 1 - Math.floor(cell / side);
    const mirrored = (cell: number) => cell + side - 1 - 2 * (cell % side);
    for (const symmetry of range(8)) {
      const cells = range(25).map((cell) => {
        const place = range(symmetry % 4).reduce(turned, cell);
        return symmetry < 4 ? place : mirrored(place);
      });
      expect(neighborsFound(cells, side)).toBe(1);
      expect([...uprightLayout(cells, side)]).toEqual(range(25));
    }
  });

  test("counts pairs: swapping two opposite corners of a 3 by 3 grid loses 4 of 12", () => {
    const cells = range(9);
    [cells[0], cells[8]] = [8, 0];
    expect(neighborsFound(cells, 3)).toBeCloseTo(8 / 12, 12);
  });

  test("of a shuffled grid is near 4 / n", () => {
    expect(neighborsFound(shuffled(400, 1), 20)).toBeLessThan(0.05);
  });
});

describe("partial correlations", () => {
  test("see through a chain: x → y → z are correlated, but x and z only through y", () => {
    const [a, v] = [0.9, 10_000];
    const covariance = Float64Array.of(v, a * v, a * a * v, a * v, v, a * v, a * a * v, a * v, v);
    const partial = partialCorrelations(covariance, 3);
    expect(partial[1]).toBeGreaterThan(0.6);
    expect(partial[2]).toBeLessThan(0.1);
    expect([partial[0], partial[4], partial[8]]).toEqual([0, 0, 0]);
    expect(partial[3]).toBeCloseTo(partial[1]!, 12);
  });
});

test("the covariance is that of its definition, over channels and beyond one block of images", async () => {
  const random = new Random(keyFor(5));
  const table = {
    numImages: 1100,
    numPixels: 3,
    channels: 2,
    values: Uint8Array.from({ length: 6600 }, () => random.integer(256)),
  };
  const covariance = await pixelCovariance(table, programs);
  const value = (i: number, p: number, c: number) => table.values[(i * 3 + p) * 2 + c]!;
  const mean = (p: number, c: number) => range(1100).reduce((sum, i) => sum + value(i, p, c), 0) / 1100;
  for (const [p, q] of [
    [0, 0],
    [0, 2],
    [2, 1],
  ] as const) {
    let expected = 0;
    for (const c of [0, 1]) {
      for (const i of range(1100)) expected += ((value(i, p, c) - mean(p, c)) * (value(i, q, c) - mean(q, c))) / 1100;
    }
    expect(Math.abs(covariance[p * 3 + q]! - expected)).toBeLessThan(0.05);
  }
});

describe("the graph of neighbours", () => {
  const affinity = Float64Array.of(0, 3, 2, 1, 3, 0, 0, 0, 2, 0, 0, -1, 1, 0, -1, 0);

  test("keeps what both ends chose, or either", () => {
    const ends = (choice: "both" | "either") =>
      neighborGraph(affinity, 4, { k: 1, choice }).map((e) => e.map(({ to }) => to));
    expect(ends("both")).toEqual([[1], [0], [], []]);
    expect(ends("either")).toEqual([[1, 2, 3], [0], [0], [0]]);
  });

  test("is joined by its strongest edges", () => {
    const joined = connectParts(neighborGraph(affinity, 4, { k: 1, choice: "both" }), affinity);
    expect(joined[0]!.map(({ to, weight }) => [to, weight])).toEqual([
      [1, 3],
      [2, 2],
      [3, 1],
    ]);
  });
});

describe("a jigsaw", () => {
  test.each([3, 4, 9, 16])("of a perfect %d by %d grid is put together whole, whatever the order", (side) => {
    const order = shuffled(side * side, side);
    const cells = growGrid(gridGraph(side, order), side);
    expect([...cells].sort((a, b) => a - b)).toEqual(range(side * side));
    expect(
      neighborsFound(
        range(side * side).map((cell) => cells[order[cell]!]!),
        side,
      ),
    ).toBe(1);
  });

  test("without a single edge still fills the grid", () => {
    const cells = growGrid(
      range(9).map(() => []),
      3,
    );
    expect([...cells].sort((a, b) => a - b)).toEqual(range(9));
  });
});

test("settling repairs a few exchanged pixels, and leaves a solved grid as it is", () => {
  const side = 8;
  const graph = gridGraph(side);
  const cells = Uint32Array.from(range(64));
  for (const [a, b] of [
    [3, 12],
    [40, 33],
    [60, 46],
  ] as const)
    [cells[a], cells[b]] = [cells[b]!, cells[a]!];
  expect(neighborsFound(settle(graph, cells, side, keyFor(1), { sweeps: 300 }), side)).toBe(1);
  const solved = Uint32Array.from(range(64));
  expect(settle(graph, solved, side, keyFor(1), { sweeps: 50, hottest: 0.05 })).toEqual(solved);
});

test("the map of a grid's graph keeps neighbours near: no edge is longer than a third of the map", () => {
  const side = 7;
  const graph = gridGraph(side, shuffled(49, 2));
  const places = embedInPlane(graph, keyFor(0));
  const distance = (a: number, b: number) =>
    Math.hypot(places[2 * a]! - places[2 * b]!, places[2 * a + 1]! - places[2 * b + 1]!);
  const widest = Math.max(...range(49).flatMap((a) => range(49).map((b) => distance(a, b))));
  for (const [a, edges] of graph.entries())
    for (const { to } of edges) expect(distance(a, to)).toBeLessThan(widest / 3);
});

describe("recovering a layout", () => {
  test.each([1, 3])("smooth fields with %d channel(s) under a permutation: the whole 8 by 8 grid", async (channels) => {
    const table = smoothFields(8, 1500, channels);
    const order = shuffled(64, 7);
    const { cells, side } = await recoverLayout(reorderPixels(table, order), { seed: 0, programs });
    expect(side).toBe(8);
    // pixel order[i] of the images lies at place i of the permuted ones
    const cellOfPlace = inverseOrder(order).reduce(
      (found, at, pixel) => found.with(pixel, cells[at]!),
      new Uint32Array(64),
    );
    expect(neighborsFound(cellOfPlace, 8)).toBe(1);
    expect([...uprightLayout(cellOfPlace, 8)]).toEqual(range(64));
  });

  test("images without any structure recover nothing, but a whole grid", async () => {
    const random = new Random(keyFor(9));
    const values = Uint8Array.from({ length: 500 * 36 }, () => random.integer(256));
    const { cells } = await recoverLayout(
      { numImages: 500, numPixels: 36, channels: 1, values },
      { seed: 0, programs },
    );
    expect([...cells].sort((a, b) => a - b)).toEqual(range(36));
    expect(neighborsFound(cells, 6)).toBeLessThan(0.4);
  });

  test("pixels that never change do no harm", async () => {
    const table = smoothFields(6, 800);
    const values = table.values.map((value, i) => (i % 36 === 0 ? 7 : value));
    const { cells } = await recoverLayout({ ...table, values }, { seed: 0, programs });
    expect(neighborsFound(cells, 6)).toBeGreaterThan(0.9);
  });

  test("refuses pixels that fill no square, and a single image", async () => {
    const one = (numPixels: number, numImages: number): PixelTable => ({
      numImages,
      numPixels,
      channels: 1,
      values: new Uint8Array(numPixels * numImages),
    });
    await expect(recoverLayout(one(12, 5), { seed: 0, programs })).rejects.toThrow(/a square of at least 9, got 12/);
    await expect(recoverLayout(one(16, 1), { seed: 0, programs })).rejects.toThrow(/at least two images/);
  });
});
