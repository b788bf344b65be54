import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openSeries } from "./open-series.js";
import { requireTrainableSeries, type SeriesSet, selectWindows } from "./series-set.js";
import { splitSeries } from "./split-series.js";
import { regimeCsv, regimeRows } from "./testing/regimes.js";

let folder = "";
let path = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "darkmatter-split-"));
  path = join(folder, "regimes.csv");
  writeFileSync(path, regimeCsv(regimeRows(12, 100)));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const rowsOf = ({ starts, window }: SeriesSet) =>
  new Set([...starts].flatMap((start) => Array.from({ length: window }, (_, t) => start + t)));

test("no row is on both sides, for any window, stride, share and seed", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 2, max: 24 }),
      fc.integer({ min: 1, max: 24 }),
      fc.double({ min: 0.1, max: 0.6, noNaN: true }),
      fc.nat(1000),
      async (window, stride, heldOut, seed) => {
        const set = await openSeries(path, { window, stride });
        const parts = splitSeries(set, { heldOut, seed });
        const held = rowsOf(parts.heldOut);
        for (const row of rowsOf(parts.kept)) expect(held.has(row)).toBe(false);
        expect(parts.kept.numImages).toBeGreaterThan(0);
        const share = parts.heldOut.numImages / set.numImages;
        expect(Math.abs(share - heldOut)).toBeLessThan(0.2);
        expect(splitSeries(set, { heldOut, seed }).kept.indices).toEqual(parts.kept.indices);
      },
    ),
    { numRuns: 20 },
  );
});

test("what is held out comes in blocks of several windows", async () => {
  const set = await openSeries(path, { window: 16, stride: 8 });
  const { heldOut } = splitSeries(set, { heldOut: 0.25, seed: 1 });
  const indices = [...heldOut.indices!];
  const numRuns = indices.filter((index, i) => i === 0 || index !== indices[i - 1]! + 1).length;
  expect(indices.length / numRuns).toBeGreaterThanOrEqual(8);
});

test("groups stay whole, and rows of a table are drawn one by one", async () => {
  const grouped = await openSeries(path, { window: 8, group: "regime" });
  const { kept, heldOut } = splitSeries(grouped, { heldOut: 0.25, seed: 0 });
  const groupsOf = (set: SeriesSet) => new Set(set.attributes!.regime!.classOf);
  expect([groupsOf(kept).size, groupsOf(heldOut).size]).toEqual([3, 1]);
  expect([...groupsOf(kept)].some((group) => groupsOf(heldOut).has(group))).toBe(false);

  const table = join(folder, "table.csv");
  writeFileSync(table, `x\n${Array.from({ length: 100 }, (_, i) => (i * i) % 31).join("\n")}`);
  const rows = await openSeries(table, { window: 1 });
  const parts = splitSeries(rows, { heldOut: 20, seed: 0 });
  expect([parts.kept.numImages, parts.heldOut.numImages]).toEqual([80, 20]);
});

test("a split that leaves nothing on a side is refused, in words", async () => {
  const set = await openSeries(path, { window: 64, stride: 64 });
  expect(() => splitSeries(set, { heldOut: 0.99, seed: 0 })).toThrow("leaves both sides some of the");
  expect(() => splitSeries(set, { heldOut: 0, seed: 0 })).toThrow('"heldOut"');
});

test("a selection shows its windows, labels and names; it can be selected from again", async () => {
  const set = await openSeries(path, { window: 10, stride: 10, label: "regime" });
  const chosen = selectWindows(selectWindows(set, [5, 25, 3]), [1, 2]);
  expect([...chosen.indices!]).toEqual([25, 3]);
  expect(chosen.paths).toEqual([set.paths[25], set.paths[3]]);
  expect(chosen.readWindows([0])).toEqual(set.readWindows([25]));
  expect(chosen.labels!.classOf[1]).toBe(set.labels!.classOf[3]);
  expect(() => selectWindows(set, [120])).toThrow("whole numbers from 0 to 119");
});

test("windows that nothing can be learnt from are refused", async () => {
  const set = await openSeries(path, { window: 64 });
  requireTrainableSeries(set);
  expect(() => requireTrainableSeries(selectWindows(set, [3]))).toThrow("at least 2 windows");
  expect(() => requireTrainableSeries(selectWindows(set, [3, 3]))).toThrow("2 alike");
});
