import { describe, expect, test } from "vitest";
import { keyFor, Random } from "../../compute/index.js";
import type { ProjectionTarget } from "../../objectives/index.js";
import type { Features } from "../features.js";
import { featureStatistics, metrics, rankMeOf } from "../metrics/index.js";
import { diagnose } from "./diagnose.js";
import { linesOfReading, type Reading, readingsOfLines } from "./history.js";
import { type Meters, readMeters } from "./meters.js";
import { SIGREG_FLOOR } from "./thresholds.js";

const [N, D] = [256, 64];

/** N x D standard normal numbers through a map of each row. */
function projections(change: (row: Float64Array) => ArrayLike<number>, seed = 0): Features {
  const random = new Random(keyFor(seed, "projections"));
  const values = new Float32Array(N * D);
  for (let row = 0; row < N; row++) {
    values.set(change(Float64Array.from({ length: D }, () => random.normal())), row * D);
  }
  return { numImages: N, dim: D, values };
}

/** Rows in a random subspace of this rank, each dimension with a variance of about 1. */
function lowRank(rank: number): (row: Float64Array) => Float64Array {
  const random = new Random(keyFor(rank, "mixing"));
  const mixing = Float64Array.from({ length: rank * D }, () => random.normal() / Math.sqrt(rank));
  return (row) =>
    Float64Array.from({ length: D }, (_, d) => {
      let sum = 0;
      for (let r = 0; r < rank; r++) sum += row[r]! * mixing[r * D + d]!;
      return sum;
    });
}

const states = {
  healthy: projections((row) => row),
  small: projections((row) => row.map((x) => 1e-2 * x)),
  tiny: projections((row) => row.map((x) => 1e-4 * x)),
  shifted: projections((row) => row.map((x) => x + 3)),
  rank8: projections(lowRank(8)),
  rank1: projections(lowRank(1)),
  point: projections((row) => row.map((x, d) => Math.sin(d) + 1e-4 * x)),
  zero: projections((row) => row.map(() => 0)),
};

function verdictOn(state: Features, target: ProjectionTarget): string {
  return diagnose([{ step: 1000, projections: readMeters(state, target) }], { target, patience: 1 }).name;
}

/** The measured table of collapse meters, N = 256, D = 64: T, RankMe raw and centred, std of normalised · √D. */
test.each([
  ["healthy", 1.1, 61.9, 61.9, 1.0],
  ["small", 102.9, 61.9, 61.9, 1.0],
  ["tiny", 102.9, 61.9, 61.9, 1.0],
  ["shifted", 370, 34.9, 61.9, 0.32],
  ["rank8", 8.7, 7.8, 7.8, 0.97],
  ["rank1", 45, 1.0, 1.0, 0.82],
] as const)(
  "the known table: %s has T %f, RankMe %f, centred %f, normalised std %f",
  (name, t, raw, centred, spread) => {
    const statistics = featureStatistics(states[name]);
    const meters = readMeters(states[name], "standard-normal");
    // T of one batch fluctuates by a tenth; at low rank it also depends on the random mixing.
    expect(Math.abs(meters.sigreg / t - 1)).toBeLessThan(name.startsWith("rank") ? 0.35 : 0.2);
    expect(Math.abs(metrics.rankMe.of(statistics) - raw)).toBeLessThan(1);
    expect(Math.abs(rankMeOf(statistics.covarianceSpectrum) - centred)).toBeLessThan(1);
    expect(metrics.normalizedStd.of(statistics) * Math.sqrt(D)).toBeCloseTo(spread, 1);
  },
);

describe("meters", () => {
  test("the absolute spread sees what RankMe and normalised std cannot", () => {
    expect(readMeters(states.healthy, "standard-normal").std).toBeCloseTo(1, 1);
    expect(readMeters(states.tiny, "standard-normal").std).toBeCloseTo(1e-4, 5);
    expect(readMeters(states.tiny, "standard-normal").sigregPerImage).toBeCloseTo(0.402, 2);
  });

  test("a batch with NaN reads as NaN, and that is divergence", () => {
    const broken = { ...states.healthy, values: states.healthy.values.with(7, Number.NaN) };
    const meters = readMeters(broken, "scale-free");
    expect(meters.std).toBeNaN();
    expect(diagnose([{ step: 3, projections: meters }], { target: "scale-free" }).name).toBe("divergence");
  });

  test("T of standard normal batches averages to its calibrated floor", () => {
    const batches = Array.from({ length: 8 }, (_, seed) => projections((row) => row, seed + 1));
    const mean = batches.reduce((sum, batch) => sum + readMeters(batch, "standard-normal").sigreg / 8, 0);
    expect(Math.abs(mean - SIGREG_FLOOR)).toBeLessThan(0.06);
  });

  test("T is near its floor on what each objective considers healthy", () => {
    const healthyAt = (state: Features, target: ProjectionTarget) => readMeters(state, target).sigreg / SIGREG_FLOOR;
    expect(healthyAt(states.healthy, "standard-normal")).toBeLessThan(1.25);
    expect(
      healthyAt(
        projections((row) => row.map((x) => 2 * x + 7)),
        "unit-spread",
      ),
    ).toBeLessThan(1.25);
    expect(
      healthyAt(
        projections((row) => row.map((x) => 1e3 * x)),
        "scale-free",
      ),
    ).toBeLessThan(1.25);
    expect(healthyAt(states.rank8, "scale-free")).toBeGreaterThan(3);
  });
});

describe("verdicts on pure states", () => {
  test.each([
    ["healthy", "healthy", "healthy", "healthy"],
    ["small", "norm-collapse", "norm-collapse", "healthy"],
    ["tiny", "norm-collapse", "norm-collapse", "healthy"],
    ["shifted", "mean-shift", "healthy", "mean-shift"],
    ["rank8", "dimensional-collapse", "dimensional-collapse", "healthy"],
    ["rank1", "dimensional-collapse", "dimensional-collapse", "dimensional-collapse"],
    ["point", "complete-collapse", "complete-collapse", "complete-collapse"],
    ["zero", "complete-collapse", "complete-collapse", "complete-collapse"],
  ] as const)("%s: %s for standard-normal, %s for unit-spread, %s for scale-free", (name, normal, unit, free) => {
    expect(verdictOn(states[name], "standard-normal")).toBe(normal);
    expect(verdictOn(states[name], "unit-spread")).toBe(unit);
    expect(verdictOn(states[name], "scale-free")).toBe(free);
  });

  test("every collapse comes with evidence and a remedy; health with numbers only", () => {
    const sick = diagnose([{ step: 7, projections: readMeters(states.tiny, "standard-normal") }], {
      target: "standard-normal",
      patience: 1,
    });
    expect(sick).toMatchObject({ name: "norm-collapse", place: "projections", step: 7 });
    expect(sick.evidence.join("\n")).toMatch(/1\.0e-4.*wanted[\s\S]*effective rank 5\d[\s\S]*T\/N 0\.40/);
    expect(sick.remedy).toMatch(/weight/);
    const well = diagnose([{ step: 7, projections: readMeters(states.healthy, "standard-normal") }], {
      target: "standard-normal",
    });
    expect(well.remedy).toBe("");
    expect(well.evidence[0]).toMatch(/too early to tell: 1 of 3/);
  });
});

describe("verdicts over time", () => {
  const good: Meters = {
    std: 1,
    meanNormRatio: 0.1,
    effectiveRank: 40,
    maxRank: 64,
    sigreg: 1.2,
    sigregPerImage: 0.005,
  };
  const run = (changes: readonly Partial<Meters>[], firstStep = 1000): Reading[] =>
    changes.map((change, i) => ({ step: firstStep + i * 10, loss: 1, projections: { ...good, ...change } }));
  const judge = (history: readonly Reading[]) => diagnose(history, { target: "standard-normal" }).name;

  test("a collapse must last three readings", () => {
    expect(judge(run([{}, { std: 0.01 }, { std: 0.01 }]))).toBe("healthy");
    expect(judge(run([{}, { std: 0.01 }, { std: 0.01 }, { std: 0.01 }]))).toBe("norm-collapse");
    expect(judge(run([{ std: 0.01 }, { std: 0.01 }, { std: 0.01 }, {}]))).toBe("healthy");
  });

  test("what mends from reading to reading raises no alarm; standing still, falling and wavering do", () => {
    expect(judge(run([0.02, 0.03, 0.04, 0.05, 0.06].map((std) => ({ std }))))).toBe("healthy");
    expect(judge(run([0.02, 0.03, 0.04, 0.04, 0.04].map((std) => ({ std }))))).toBe("norm-collapse");
    expect(judge(run([1, 0.5, 0.01, 0.009, 0.012].map((std) => ({ std }))))).toBe("norm-collapse");
    expect(judge(run([0.05, 0.0502, 0.0504].map((std) => ({ std }))))).toBe("norm-collapse");
    expect(judge(run([5, 4, 3].map((effectiveRank) => ({ effectiveRank }))))).toBe("dimensional-collapse");
  });

  test("ranks are judged more mildly in the first 500 steps: 4 of 64 is early, 2 of 64 never", () => {
    const ranksOf = (rank: number) => Array.from({ length: 5 }, () => ({ effectiveRank: rank }));
    expect(judge(run(ranksOf(4), 100))).toBe("healthy");
    expect(judge(run(ranksOf(4), 500))).toBe("dimensional-collapse");
    expect(judge(run(ranksOf(2), 100))).toBe("dimensional-collapse");
  });

  test("effective ranks of a real healthy LeJEPA run (64 wide), which dips and recovers", () => {
    const ranks = [30, 4.3, 7.7, 9.4, 11.2, 11.6, 12.1].map((effectiveRank) => ({ effectiveRank }));
    for (let length = 1; length <= ranks.length; length++) expect(judge(run(ranks.slice(0, length)))).toBe("healthy");
  });

  test("effective ranks of a real healthy LeJEPA run read every three steps: the dip is over in twenty steps", () => {
    const ranks = [16.7, 7.02, 6.06, 6.22, 6.14, 6.77, 6.55, 6.78, 7.88, 8.15];
    const history = run(ranks.map((effectiveRank) => ({ effectiveRank, maxRank: 63 })));
    const often = history.map((reading, i) => ({ ...reading, step: 3 * (i + 1) }));
    for (let length = 1; length <= often.length; length++) expect(judge(often.slice(0, length))).toBe("healthy");
  });

  test("effective ranks of a real LeJEPA run of thirty steps, read at every one: never enough to condemn it", () => {
    const ranks = [5.4, 5.2, 5.1, 5.6, 6.2, 5.9, 5.8, 6.0, 6.2, 6.1, 5.9, 6.2, 6.6, 6.7, 6.8, 7.0, 7.3, 7.2, 7.4, 7.0];
    const history = run([...ranks, 7.2, 6.9, 7.0].map((effectiveRank) => ({ effectiveRank, maxRank: 63 })));
    const dense = history.map((reading, i) => ({ ...reading, step: 6 + i }));
    for (let length = 1; length <= dense.length; length++) expect(judge(dense.slice(0, length))).toBe("healthy");
  });

  test("a rank that stays low mends while SIGReg's statistic falls, but only where that is the aim", () => {
    const ranks = [9.85, 6.97, 6.03, 6.12, 5.49, 5.87, 5.8];
    const sigregs = [12.5, 8.13, 6.55, 5.82, 5.55, 5.06, 4.87];
    const history = run(ranks.map((effectiveRank, i) => ({ effectiveRank, maxRank: 63, sigreg: sigregs[i]! })));
    const nameFor = (target: ProjectionTarget) => diagnose(history, { target }).name;
    expect(nameFor("standard-normal")).toBe("healthy");
    expect(nameFor("unit-spread")).toBe("dimensional-collapse");
  });

  test("a rank that fluctuates while it rises mends; one that fluctuates about a low level does not", () => {
    const judgeRanks = (ranks: number[]) => judge(run(ranks.map((effectiveRank) => ({ effectiveRank }))));
    expect(judgeRanks([40, 5.2, 5.6, 6.3, 5.9, 6.8, 6.5, 7])).toBe("healthy");
    expect(judgeRanks([40, 4.2, 4.0, 4.3, 3.9, 4.1, 4.2, 4.0])).toBe("dimensional-collapse");
  });

  test("readings of a real VICReg run without its variance term: shrinking first, then one point", () => {
    const stds = [0.33, 0.15, 0.065, 0.04, 0.028, 0.025, 0.022, 0.01, 0.008];
    const ratios = [0.52, 0.65, 0.83, 0.85, 0.91, 0.92, 0.955, 0.97, 0.98];
    const history = run(stds.map((std, i) => ({ std, meanNormRatio: ratios[i]! })));
    const names = history.map((_, i) => diagnose(history.slice(0, i + 1), { target: "unit-spread" }).name);
    expect(names.slice(0, 4)).toEqual(Array(4).fill("healthy"));
    expect(names.slice(4, 8)).toEqual(Array(4).fill("norm-collapse"));
    expect(names[8]).toBe("complete-collapse");
  });

  describe("starved by data", () => {
    const losses = (pairs: readonly (readonly [loss: number, unseenLoss: number])[]): Reading[] =>
      pairs.map(([loss, unseenLoss], i) => ({ step: i * 10, loss, projections: good, data: { unseenLoss } }));

    test("a gap that stays is memory, and the remedy knows when to stop; one that closes is not", () => {
      const history = losses([
        [4, 4],
        [3, 3.2],
        [2, 3.1],
        [1.5, 3],
        [1.2, 3.02],
        [1.1, 3.05],
        [1, 3.05],
        [1, 3.05],
      ]);
      const circumstances = {
        learningRate: 1,
        weightDecay: 0,
        batchSize: 2,
        numImages: 2,
        totalSteps: 80,
        changedOptions: [],
      };
      const { name, remedy, evidence } = diagnose(history, { target: "scale-free", circumstances });
      expect(name).toBe("starved-by-data");
      expect(remedy).toMatch(/--steps 30 --strength 1/);
      expect(evidence).toEqual([
        "images trained on cost 1.00, images never seen 3.05",
        "unseen images cost least at step 30: 3.00",
      ]);
      expect(
        judge(
          losses([
            [4, 6],
            [3, 5],
            [2, 4],
            [1.5, 3],
            [1.2, 2],
            [1.1, 1.8],
            [1, 1.6],
          ]),
        ),
      ).toBe("healthy");
    });

    test("negative losses: a gap that stays is found, passing through 0 is not one", () => {
      expect(
        judge(
          losses([
            [0, 0],
            [-0.4, -0.35],
            [-0.7, -0.4],
            [-0.8, -0.4],
            [-0.8, -0.4],
            [-0.8, -0.4],
          ]),
        ),
      ).toBe("starved-by-data");
      expect(
        judge(
          losses([
            [0.5, 0.5],
            [0.1, 0.12],
            [0.02, 0.05],
            [0, 0.03],
            [-0.01, 0.02],
            [-0.02, 0.01],
          ]),
        ),
      ).toBe("healthy");
    });

    test("readings without unseen images neither alarm nor calm", () => {
      const starved = losses([
        [1, 3],
        [1, 3],
        [1, 3],
      ]);
      expect(judge(starved.map(({ data: _data, ...reading }) => reading))).toBe("healthy");
      expect(judge([...starved, { step: 35, loss: 1, projections: good }])).toBe("starved-by-data");
    });
  });

  test("divergence: NaN at once, a loss ten times the start, spread that explodes", () => {
    const healthy = run([{}, {}, {}, {}, {}, {}]);
    expect(judge([...healthy, { step: 99, loss: Number.NaN }])).toBe("divergence");
    expect(judge(healthy.map((reading, i) => ({ ...reading, loss: i < 3 ? 1 : 11 })))).toBe("divergence");
    expect(judge(healthy.map((reading, i) => ({ ...reading, loss: 1 + i })))).toBe("healthy");
    expect(judge([...healthy, { step: 99, loss: 1, projections: { ...good, sigreg: Number.NaN } }])).toBe("divergence");
    expect(judge(run([{}, {}, { std: 1e4 }]))).toBe("divergence");
    const free = diagnose(run([{}, {}, { std: 1e4 }]), { target: "scale-free" });
    expect(free.name).toBe("healthy");
  });

  test("an encoder whose features are one point is found behind healthy projections", () => {
    const flat = { ...good, meanNormRatio: 0.999999 };
    const history = run([{}, {}, {}]).map((reading) => ({ ...reading, features: flat }));
    expect(diagnose(history, { target: "scale-free" })).toMatchObject({ name: "complete-collapse", place: "features" });
    const offset = history.map((reading) => ({ ...reading, features: { ...good, meanNormRatio: 0.98, std: 1e-3 } }));
    expect(diagnose(offset, { target: "scale-free" }).name).toBe("healthy");
  });

  test("no readings is healthy, and says so; impatience below one is refused", () => {
    expect(diagnose([], { target: "scale-free" })).toEqual({
      name: "healthy",
      evidence: ["no readings yet"],
      remedy: "",
    });
    expect(() => diagnose([], { target: "scale-free", patience: 0 })).toThrow(/patience/);
  });

  test("readings survive the way through metrics.jsonl", () => {
    const history: Reading[] = [
      { step: 0, loss: 2, projections: good, features: good },
      { step: 5, loss: Number.NaN },
      { step: 9, loss: 1, projections: { ...good, std: Number.NaN } },
    ];
    const lines = history.flatMap((reading) => [
      ...linesOfReading(reading),
      { step: reading.step, name: "train/total", value: Number.isFinite(reading.loss) ? reading.loss! : null },
      { step: reading.step + 1, name: "train/total", value: 1 },
    ]);
    expect(readingsOfLines(JSON.parse(JSON.stringify(lines)))).toEqual(history);
  });
});
