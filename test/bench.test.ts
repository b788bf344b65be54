/** The frame of the benches: turns, statistics, peers, and the way they are named. The measurements are theirs to make. */
import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { argumentOf } from "../bench/frame/bench.js";
import { findPython, runPeer, startPeer, stepOf } from "../bench/frame/python-peer.js";
import { alternate, median, quantile, relativeSpread, timed } from "../bench/frame/timing.js";
import { ROOT } from "./layering.js";

describe("alternate", () => {
  test("takes turns, leaves the warm-up out, and compares medians", async () => {
    const turns: string[] = [];
    const side = (name: string, seconds: number[]) => async () => {
      turns.push(name);
      return seconds.shift()!;
    };
    const ours = side("A", [99, 1, 2, 3]);
    const peer = side("B", [99, 4, 4, 8]);
    const result = await alternate({ ours, peer, rounds: 3, warmup: 1 });
    expect(turns.join("")).toBe("ABABABAB");
    expect(result).toMatchObject({ ours: 2, peer: 4, ratio: 2, runs: 3 });
    expect(result.seconds).toEqual({ ours: [1, 2, 3], peer: [4, 4, 8] });
    expect(result.spread).toEqual({ ours: 0.5, peer: 0.5 }); // quartiles 1.5 and 2.5; 4 and 6
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

  test("times its own step", async () => {
    standIn('echo "{}"; while read -r line; do echo "{\\"seconds\\": 0.25, \\"asked\\": \\"$line\\"}"; done');
    const peer = await startPeer("step_vit.py", options);
    expect(await stepOf(peer)()).toBe(0.25);
    await peer.stop();
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
