import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parquetWriteFile } from "hyparquet-writer";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ColumnChoices } from "./claim-columns.js";
import type { EpisodeRecord, EpisodeSource } from "./episode-source.js";
import { tableSource } from "./table-source.js";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "darkmatter-table-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(text: string, name = "robot.csv"): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}
const open = (text: string, choices: ColumnChoices = {}) => tableSource(write(text), choices);
const observed = ({ observations }: EpisodeRecord) => [
  ...new Float32Array(observations.buffer, observations.byteOffset, observations.length / 4),
];

/** Rows of the runs b and a alternate; what was done in their last rows is not said. */
const TWO_RUNS = `run,time,x,action_1,y,action_2,factor_mass,note
b,0,1,10,2,20,5,first
a,0,7,70,8,80,6,
b,1,3,30,4,40,5,
a,1,9,,10,,6,last
b,2,5,,6,,5,last
`;

describe("a table", () => {
  test("is cut by its episode column; columns are actions and factors by how they begin, the rest is observed", async () => {
    const source = await open(TWO_RUNS, { episode: "run" });
    expect(source).toMatchObject({
      observation: { kind: "vectors", dim: 2 },
      ...{ actionDim: 2, factorNames: ["factor_mass"], numEpisodes: 2 },
      description: { observations: ["x", "y"], actions: ["action_1", "action_2"] },
    });
    const [b, a] = [await source.episodeAt(0), await source.episodeAt(1)];
    expect(observed(b)).toEqual([1, 2, 3, 4, 5, 6]);
    expect([...b.actions]).toEqual([10, 20, 30, 40]);
    expect([...b.factors]).toEqual([5, 5, 5]);
    expect([observed(a), [...a.actions]]).toEqual([
      [7, 8, 9, 10],
      [70, 80],
    ]);
    expect(source.warnings).toEqual([expect.stringContaining("note (words)")]);
  });

  test("without an episode column is one, and may have no action", async () => {
    const source = await open("x,y\n1,2\n3,4\n5,6\n");
    expect([source.numEpisodes, source.actionDim]).toEqual([1, 0]);
    expect(observed(await source.episodeAt(0))).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test("ends an episode where time leaves a gap", async () => {
    const source = await open("time,x\n0,1\n1,2\n2,3\n3,4\n60,5\n61,6\n");
    expect(source.numEpisodes).toBe(2);
    expect(observed(await source.episodeAt(1))).toEqual([5, 6]);
  });

  test("takes columns by name, by beginning, and in one role each", async () => {
    const text = "a1,a2,b1,b2\n1,2,3,4\n5,6,7,8\n";
    const source = await open(text, { actions: ["b*"], factors: ["a2"], observations: ["*"] });
    expect(source.description).toMatchObject({ observations: ["a1"], actions: ["b1", "b2"], factors: ["a2"] });
    const named = await open(text, { actions: ["b*"], observations: ["b2", "a1"] });
    expect(named.description).toMatchObject({ observations: ["b2", "a1"], actions: ["b1"], factors: [] });
  });

  test("may be Parquet, or several files of the same columns", async () => {
    const column = (name: string, data: number[]) => ({ name, data: Float64Array.from(data), type: "DOUBLE" as const });
    const columnData = [column("x", [1, 2, 3]), column("action", [4, 5, 6])];
    parquetWriteFile({ filename: join(folder, "log 2.parquet"), columnData });
    write("x,action\n7,8\n9,\n", "log 10.csv");
    const source = await tableSource(folder);
    expect([source.numEpisodes, source.actionDim, source.observation]).toEqual([2, 1, { kind: "vectors", dim: 1 }]);
    expect([...(await source.episodeAt(0)).actions]).toEqual([4, 5]);
    expect(observed(await source.episodeAt(1))).toEqual([7, 9]);
    write("x,z,action\n7,1,8\n9,1,9\n", "log 11.csv");
    await expect(tableSource(folder)).rejects.toThrow(
      /log 11\.csv" must be columns as in log 2\.parquet \(x, action\)/,
    );
  });
});

describe("refused, by file, row and column:", () => {
  test.each<[string, string, ColumnChoices, RegExp]>([
    [
      "an observation that is missing",
      "x,y\n1,2\n3,\n5,6\n",
      {},
      /robot\.csv, row 2, column y" must be a number, got "a/,
    ],
    ["one that is no float", "x\n1\n1e300\n", {}, /row 2, column x" must be a number, got 1e\+300/],
    ["an action that is missing", "x,action\n1,\n2,1\n3,1\n", {}, /row 1, column action" must be a number/],
    ["a factor that is missing", "x,factor\n1,1\n2,\n", {}, /row 2, column factor" must be a number/],
    [
      "words that are no action",
      "x,action\n1,left\n2,right\n",
      {},
      /line 2, column action" must be a number, got "left"/,
    ],
    [
      "an unknown episode column",
      TWO_RUNS,
      { episode: "rum" },
      /unknown column of robot\.csv "rum"\. Did you mean "run"/,
    ],
    ["a beginning that no column has", TWO_RUNS, { actions: ["torque*"] }, /unknown column of robot\.csv "torque\*"/],
    ["a column in two roles", TWO_RUNS, { actions: ["x"], factors: ["x"] }, /column x" must be in one role/],
    ["nothing to observe", "action,name\n1,a\n2,b\n", {}, /a table with columns of numbers to observe/],
    ["episodes of one row", "episode,x\na,1\nb,2\n", {}, /an episode of two rows/],
    ["a time that goes back", "time,x\n2,1\n1,2\n", {}, /row 2" must be later than the row before it/],
  ])("%s", async (_what, text, choices, message) => {
    await expect(open(text, choices)).rejects.toThrow(message);
  });

  test("a path without tables", async () => {
    await expect(tableSource(folder)).rejects.toThrow(/a \.csv, \.tsv or \.parquet file, or a folder with such files/);
  });
});

test("rows of other episodes may have holes where they are not read", async () => {
  const source: EpisodeSource = await open("episode,x\n,\na,1\na,2\nb,\n");
  expect(source.numEpisodes).toBe(1);
  expect(source.warnings).toEqual([
    expect.stringContaining("1 rows of robot.csv belong to no group"),
    "1 episodes of a single row in robot.csv are left out",
  ]);
});
