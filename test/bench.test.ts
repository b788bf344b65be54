/** The frame of the benches: turns, statistics, peers, and the way they are named. The measurements are theirs to make. */
import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { checkAgreement } from "../bench/frame/agreement.js";
import { argumentOf, numbersOf, type Row, resultOf } from "../bench/frame/bench.js";
import { parseCoreList } from "../bench/frame/cores.js";
import { findPython, findTorches, runPeer, startPeer } from "../bench/frame/python-peer.js";
import { allResults, keepResult, readResults, resultsFile } from "../bench/frame/results.js";
import { benchTable, withTables } from "../bench/frame/results-table.js";
import { median, quantile, relativeSpread, takeTurns, timed } from "../bench/frame/timing.js";
import { Growth } from "../bench/memory.js";
import { exponentOf, flopsOf } from "../bench/scaling.js";
import { ROOT } from "./layering.js";

describe("turns", () => {
  test("go round by round, and a slow peer sits out", async () => {
    const turns: string[] = [];
    const side = (name: string, seconds: number[]) => async () => {
      turns.push(name);
      return seconds.shift()!;
    };
    const result = await takeTurns({
      ours: side("A", [1, 2, 4]),
      peers: { b: { step: side("B", [4, 4, 8]), rounds: 3 }, c: { step: side("C", [10]), rounds: 1 } },
    });
    expect(turns.join("")).toBe("ABCABAB");
    expect(result.b).toMatchObject({ ours: 2, peer: 4, ratio: 2, runs: 3 }); // ratios of the rounds: 4, 2, 2
    expect(result.b.spread).toEqual({ ours: 0.75, peer: 0.5 }); // quartiles 1.5 and 3; 4 and 6
    expect(result.c).toMatchObject({ ours: 1, peer: 10, ratio: 10, runs: 1 }); // ours of the same round only
  });

  test("without a peer there are none", async () => {
    expect(await takeTurns({ ours: async () => 1, peers: {} })).toEqual({});
  });

  test("quantiles interpolate between neighbours", () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([1, 2, 3, 10])).toBe(2.5);
    expect(quantile([0, 10], 0.25)).toBe(2.5);
    expect(relativeSpread([5, 5, 5])).toBe(0);
    expect(() => median([])).toThrow(RangeError);
  });

  test("a timed step says how long the work took", async () => {
    const step = timed(() => new Promise((resolve) => setTimeout(resolve, 30)));
    const seconds = await step();
    expect(seconds).toBeGreaterThan(0.02);
    expect(seconds).toBeLessThan(10);
  });
});

describe("a Python peer", () => {
  let folder = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "darkmatter-bench-"));
  });
  afterEach(() => {
    delete process.env.DARKMATTER_PYTHON;
    rmSync(folder, { recursive: true, force: true });
  });

  /** A stand-in for python3: imports whatever is asked, then plays the peer. */
  const standIn = (source: string): string => {
    const path = join(folder, "python3");
    writeFileSync(path, `#!/bin/sh\n[ "$1" = "-c" ] && exit 0\n${source}\n`);
    chmodSync(path, 0o755);
    process.env.DARKMATTER_PYTHON = path;
    return path;
  };
  const options = { modules: ["torch"], threads: 2, say: () => {} };

  test("greets, answers each line, and ends with its stdin; threads are set on every library", async () => {
    standIn(`echo "{\\"omp\\": \\"$OMP_NUM_THREADS\\", \\"blas\\": \\"$OPENBLAS_NUM_THREADS\\", \\"args\\": \\"$2 $3 $4\\"}"
while read -r line; do echo "{\\"line\\": \\"$line\\"}"; done`);
    const peer = await startPeer("step_vit.py", { ...options, args: ["--batch"] });
    expect(peer.info).toEqual({ omp: "2", blas: "2", args: "--threads 2 --batch" });
    expect(await peer.ask("one")).toEqual({ line: "one" });
    expect(await peer.ask("two")).toEqual({ line: "two" });
    await peer.stop();
  });

  test("of each major version of torch the first is found, oldest first", () => {
    const python = join(folder, "python3");
    writeFileSync(python, "#!/bin/sh\necho 2.13.0+cpu\n");
    chmodSync(python, 0o755);
    const found = findTorches({ DARKMATTER_PYTHON: python, PATH: process.env.PATH });
    expect(found.filter(({ version }) => version.startsWith("2"))).toEqual([{ python, version: "2.13.0" }]);
    const majors = found.map(({ version }) => Number.parseInt(version, 10));
    expect(majors).toEqual([...new Set(majors)].sort((a, b) => a - b));
  });

  test("that ends without an answer is an error, not a wait", async () => {
    standIn("echo gone >&2; exit 3");
    const heard: string[] = [];
    await expect(runPeer("step_vit.py", { ...options, say: (line) => heard.push(line) })).rejects.toThrow(
      "the peer step_vit.py ended without an answer",
    );
    expect(heard).toEqual(["gone"]);
  });

  test("without torch the message says what to install", () => {
    const env = { DARKMATTER_PYTHON: join(folder, "no-such-python") };
    expect(() => findPython(["torch", "numpy"], env)).toThrow(
      "apt install python3-torch libopenblas0-pthread python3-numpy",
    );
    expect(() => findPython(["torch"], env)).toThrow(env.DARKMATTER_PYTHON);
  });
});

describe("agreement", () => {
  test("the first loss is held to 1e-4, those after updates to 1e-3", () => {
    expect(() => checkAgreement("peer", [1, 2], [1.00009, 2.0019])).not.toThrow();
    expect(() => checkAgreement("peer", [1, 2], [1.00011, 2])).toThrow(/peer computes something else.*step 1/);
    expect(() => checkAgreement("peer", [1, 2], [1, 2.003])).toThrow(/step 2 is 2.003, ours is 2/);
  });

  test("NaN and a missing loss agree with nothing", () => {
    expect(() => checkAgreement("peer", [1], [Number.NaN])).toThrow("step 1");
    expect(() => checkAgreement("peer", [1, 2], [1])).toThrow("step 2");
  });
});

describe("results", () => {
  const row = (changes: Partial<Row>): Row => {
    const spread = { ours: 0, peer: 0 };
    return {
      label: "a",
      column: "b",
      peerName: "b",
      unit: "s",
      ours: 1,
      peer: 2,
      ratio: 2,
      runs: 3,
      spread,
      ...changes,
    };
  };

  test("the headline is the first row in which both sides were measured", () => {
    const absent = row({ ours: null, peer: null, ratio: null, runs: 0, note: "not here" });
    const result = resultOf([absent, row({ ratio: 4, peerName: "c" }), row({})]);
    expect(result).toMatchObject({ ratio: 4, peerName: "c", ours: 1, unit: "s", runs: 3 });
    expect(result.rows).toHaveLength(3);
    expect(resultOf([absent]).ratio).toBeNull();
  });

  test("a machine has its file, and a bench its line in it", () => {
    const folder = mkdtempSync(join(tmpdir(), "darkmatter-bench-"));
    try {
      const path = resultsFile("AMD EPYC 7763 (x2), 2 cores, 24 GiB, linux-x64, Node v20", folder);
      expect(path).toBe(join(folder, "amd-epyc-7763-x2-2-cores-24-gib.jsonl"));
      expect(readResults(path).size).toBe(0);
      const kept = { ...resultOf([row({})]), machine: "m", date: "2026-01-31" };
      keepResult(path, { ...kept, name: "a" });
      keepResult(path, { ...kept, name: "b" });
      keepResult(path, { ...kept, name: "a", date: "2026-02-01" });
      expect([...readResults(path).values()].map(({ name, date }) => `${name} ${date}`)).toEqual([
        "a 2026-02-01",
        "b 2026-01-31",
      ]);
      expect(allResults(folder)).toHaveLength(1);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test("a table has a line a label, a column a peer that was there", () => {
    const missing = { peer: null, ratio: null, note: "not here" };
    const rows = [
      row({ label: "batch 64", column: "PyTorch 1", peerName: "PyTorch 1.13", ours: 0.51234, peer: 1.5, ratio: 2.928 }),
      row({ label: "batch 64", column: "PyTorch 2", peerName: "PyTorch 2", ...missing }),
      row({
        label: "batch 2",
        column: "jax-js",
        peerName: "jax-js 0.1 (1 thread)",
        ours: 0.1,
        peer: 1234.5,
        ratio: 12345,
      }),
      row({ label: "batch 1024", column: "PyTorch 1", ...missing, note: "not run: would need 20 GB" }),
    ];
    const result = { ...resultOf(rows), name: "step", machine: "m", date: "2026-01-31" };
    const table = benchTable(result).split("\n");
    expect(table).toEqual([
      "**step**, 2026-01-31",
      "",
      "|  | ours | PyTorch 1.13 | jax-js 0.1 |",
      "| --- | ---: | ---: | ---: |",
      "| batch 64 | 0.512 s | 1.5 (**2.93**) |  |",
      "| batch 2 | 0.1 s |  | 1,235 (**12345.00**) |",
      "| batch 1024 | 1 s | not run: would need 20 GB |  |",
    ]);
    const page = readFileSync(join(ROOT, "bench", "README.md"), "utf8");
    const written = withTables(page, [[result]]);
    expect(written).toContain("### m\n\n**step**");
    expect(withTables(written, [])).toBe(withTables(page, [])); // rewriting leaves nothing behind
  });

  test("exponents are slopes of log-log lines, and FLOPs are those of the products", () => {
    expect(exponentOf([1, 2, 4], [3, 12, 48])).toBeCloseTo(2, 12);
    expect(exponentOf([1, 2, 4], [5, 5, 5])).toBeCloseTo(0, 12);
    // one token, one block of width 1: 3 (24 + 4) and 2 · 2 · 48 for the patches
    expect(flopsOf({ batch: 1, width: 1, depth: 1, tokens: 1 })).toBe(3 * 28 + 2 * 96);
    const sizes = { width: 192, depth: 6, tokens: 64 };
    expect(flopsOf({ batch: 64, ...sizes })).toBe(8 * flopsOf({ batch: 8, ...sizes }));
  });

  test("memory at a larger batch is what was needed before, an image each", () => {
    const growth = new Growth();
    expect(growth.of("ours")(1024)).toBe(0);
    growth.note("ours", 64, { peakBytes: 740, baselineBytes: 100 });
    expect(growth.of("ours")(128)).toBe(1380);
    expect(growth.of("peer")(128)).toBe(0);
  });

  test("numbers and lists of cores are read as written", () => {
    expect(numbersOf(["--batch", "64,256"], "batch", [1])).toEqual([64, 256]);
    expect(numbersOf([], "batch", [1])).toEqual([1]);
    expect(() => numbersOf(["--batch", "64,x"], "batch", [])).toThrow("--batch");
    expect(parseCoreList("0-2,8")).toEqual([0, 1, 2, 8]);
  });
});

describe("npm run bench", () => {
  const bench = (...args: string[]) =>
    spawnSync(process.execPath, ["--import", "tsx", "bench/run.ts", ...args], { cwd: ROOT, encoding: "utf8" });

  test("an unknown name lists the known ones and the nearest", () => {
    const { status, stderr } = bench("cifar-kmeans", "--json");
    expect(status).toBe(1);
    expect(stderr).toMatch(/unknown bench "cifar-kmeans"\. Did you mean "cifar10-kmeans"\? Known: .*cifar10-kmeans/);
  });

  test("every bench is named like its file and says what it measures", async () => {
    const files = readdirSync(join(ROOT, "bench")).filter((file) => file.endsWith(".ts") && file !== "run.ts");
    for (const file of files) {
      const { default: found } = await import(pathToFileURL(join(ROOT, "bench", file)).href);
      expect(found).toMatchObject({ name: file.replace(/\.ts$/, ""), summary: expect.stringMatching(/\w/) });
    }
  });

  test("finds a bench's own arguments", () => {
    expect(argumentOf(["--data", "a b", "--k=3"], "data")).toBe("a b");
    expect(argumentOf(["--data", "a b", "--k=3"], "k")).toBe("3");
    expect(argumentOf([], "data")).toBeUndefined();
  });
});
