/**
 * `darkmatter loss` on golden inputs. Provenance: the formulas of the papers evaluated by PyTorch 2.13 in float64 on
 * zA[i,j] = sin(1 + .7 i + 1.3 j + .11 i j) and zB[i,j] = .9 zA[i,j] + .3 cos(.5 i j + i), N = 8, D = 5; norms by autograd.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { writeNpy } from "../../export/index.js";
import { darkmatter } from "../testing/command-line.js";

let folder = "";
const file = (name: string): string => join(folder, name);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "darkmatter-loss-"));
  const grid = (rows: number, columns: number, at: (i: number, j: number) => number) => ({
    shape: [rows, columns],
    data: Float64Array.from({ length: rows * columns }, (_, k) => at(Math.floor(k / columns), k % columns)),
  });
  const first = (i: number, j: number): number => Math.sin(1 + 0.7 * i + 1.3 * j + 0.11 * i * j);
  await writeNpy(file("zA.npy"), grid(8, 5, first));
  await writeNpy(
    file("zB.npy"),
    grid(8, 5, (i, j) => 0.9 * first(i, j) + 0.3 * Math.cos(0.5 * i * j + i)),
  );
  await writeNpy(file("narrow.npy"), grid(8, 4, first));
  await writeNpy(file("flat.npy"), { shape: [40], data: new Float32Array(40) });
  // Directions: cos(1 + .9 j + .37 k (j + 1)), columns of unit length.
  const raw = (j: number, k: number): number => Math.cos(1 + 0.9 * j + 0.37 * k * (j + 1));
  const length = (k: number): number => Math.hypot(...[0, 1, 2, 3, 4].map((j) => raw(j, k)));
  await writeNpy(
    file("directions.npy"),
    grid(5, 7, (j, k) => raw(j, k) / length(k)),
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const loss = (...words: string[]) =>
  darkmatter("loss", ...words.map((word) => (word.endsWith(".npy") ? file(word) : word)));

const near = (got: number, golden: number): void => expect(Math.abs(got / golden - 1)).toBeLessThan(1e-5);

test.each([
  ["simclr", "temperature=0.5", 1.3512125154482881, 0.1286867335187013, 0.15053824476652983],
  ["simclr", "temperature=0.2", 0.5996920945734312, 0.22132092935270348, 0.3093637600688228],
  ["vicreg", "covarianceWeight=1", 8.780871980389724, 2.1188147460039977, 2.67046386152945],
])("%s with %s", async (objective, setting, total, normA, normB) => {
  const { code, stdout } = await loss(objective, "zA.npy", "zB.npy", "--set", setting, "--json");
  expect(code).toBe(0);
  expect(stdout.trimEnd().split("\n")).toHaveLength(1);
  const value = JSON.parse(stdout);
  near(value.total, total);
  near(value.gradientNorms[0], normA);
  near(value.gradientNorms[1], normB);
});

test.each([
  ["half", 0.7549486194371149, 0.47204524265623876],
  ["full", 0.7647033828938278, 0.474443469567395],
])(
  "SIGReg of one view, given twice, with the directions of a file, on the %s domain",
  async (domain, statistic, norm) => {
    const settings = ["--set", "regularizerWeight=1", "--set", `domain=${domain}`];
    const { stdout } = await loss("lejepa", "zA.npy", "zA.npy", "directions.npy", ...settings, "--json");
    const { objective, total, terms, gradientNorms } = JSON.parse(stdout);
    expect(objective).toBe("lejepa");
    near(terms.sigreg, statistic);
    near(total, statistic);
    near(2 * gradientNorms[0], norm); // each copy has half of the gradient
  },
);

test.each([
  ["byol", 0.09739847949160499, 0.13757517656801954],
  ["simSiam", -0.9513007602541974, 0.06878758828400977],
  ["dino", 0.6330394832049299, 1.7399189361958154],
])("%s: the second file is the target, which gets no gradient", async (objective, total, norm) => {
  const { stdout } = await loss(objective, "zA.npy", "zB.npy", "--json");
  const value = JSON.parse(stdout);
  near(value.total, total);
  near(value.gradientNorms[0], norm);
  expect(value.gradientNorms[1]).toBe(0);
});

test.each([
  ["eb_jepa", ["--set", "std_coeff=1", "--set", "cov_coeff=80"], 12.123887284732028, 6.983830594410325],
  ["solo-learn", [], 15.544053725720604, 3.714990634847928],
])("VICReg as %s computes it", async (dialect, settings, total, norm) => {
  const { stdout } = await loss("vicreg", "zA.npy", "zB.npy", "--dialect", dialect, ...settings, "--json");
  const value = JSON.parse(stdout);
  expect(value.dialect).toBe(dialect);
  near(value.total, total);
  near(value.gradientNorms[0], norm);
});

test("without --json a table of total, terms and norms", async () => {
  const { stdout } = await loss("vicreg", "zA.npy", "zB.npy");
  const rows = stdout
    .trimEnd()
    .split("\n")
    .map((line) => line.split(/ {2,}/));
  expect(rows.map(([name]) => name)).toEqual([
    "total",
    "invariance",
    "variance",
    "covariance",
    "gradient norm of zA",
    "gradient norm of zB",
  ]);
  near(Number(rows[0]![1]), 8.780871980389724);
});

test("engines agree", async () => {
  const totalOn = async (engine: string): Promise<number> =>
    JSON.parse((await loss("vicreg", "zA.npy", "zB.npy", "--engine", engine, "--json")).stdout).total;
  near(await totalOn("native"), await totalOn("wasm"));
});

describe("refused", () => {
  test.each([
    [["vicreg", "zA.npy", "narrow.npy"], /must have shape \[8, 5\], got \[8, 4\]/],
    [["vicreg", "zA.npy", "flat.npy"], /loss: "zB" must have two dimensions, or three .*, got \[40\]/],
    [["vicreg", "zA.npy", "zB.npy", "directions.npy"], /"noise\.npy" must be left out.*vicreg draws nothing at random/],
    [["vicreg", "zA.npy", "zB.npy", "--dialect", "eb"], /unknown dialect of vicreg "eb".* Known: official, lightly/],
    [["vicreg", "zA.npy", "zB.npy", "--dialect", "eb_jepa", "--set", "lambda=1"], /unknown option "lambda".*std_coeff/],
    [["dino", "zA.npy", "zB.npy", "--dialect", "official"], /unknown objective with dialects "dino"/],
    [["byol", "zA.npy", "narrow.npy"], /byol: "targets\[0\]" must have shape \[8, 5\], got \[8, 4\]/],
    [["lejepa", "zA.npy", "zB.npy", "narrow.npy"], /directions" must have/],
    [["vicreg", "zA.npy", "zB.npy", "--set", "lambda=1"], /unknown option "lambda".* Known: invarianceWeight/],
    [["vicreg", "zA.npy", "zB.npy", "--engine", "gpu"], /unknown engine "gpu"/],
  ])("%j", async (words, message) => {
    const { code, stdout, stderr } = await loss(...words);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(message);
  });
});
