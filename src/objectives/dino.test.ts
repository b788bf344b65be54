import { describe, expect, test } from "vitest";
import {
  float32,
  type HostArray,
  keyFor,
  resolveOptions,
  runOnce,
  Tensor,
  valueAndGradient,
} from "../compute/index.js";
import { initialise, trainingMode } from "../nn/index.js";
import { dino } from "./dino.js";
import { dinoHead } from "./dino-head.js";
import { koleo } from "./koleo.js";
import { objectiveValue } from "./objective-value.js";
import { sinkhorn } from "./sinkhorn.js";
import { agreeingViews, fromRows, normalProjections, rowsOf } from "./testing/projections.js";

const softmax = (row: readonly number[], temperature: number): number[] => {
  const exps = row.map((x) => Math.exp(x / temperature));
  return exps.map((x) => x / exps.reduce((sum, e) => sum + e, 0));
};

/** The paper's algorithm 1 as float64 loops: mean over pairs of different views. */
function referenceDino(students: HostArray[], teachers: HostArray[]): number {
  let [sum, count] = [0, 0];
  for (const [w, teacher] of teachers.entries()) {
    for (const [v, student] of students.entries()) {
      if (v === w) continue;
      for (const [i, row] of rowsOf(teacher).entries()) {
        const t = softmax(row, 0.04);
        const s = softmax(rowsOf(student)[i]!, 0.1);
        t.forEach((mass, k) => {
          sum -= mass * Math.log(s[k]!);
        });
        count += 1;
      }
    }
  }
  return sum / count;
}

const scaled = (array: HostArray, factor: number): HostArray =>
  float32(
    Float32Array.from(array.data, (x) => factor * x),
    array.shape,
  );

describe("dino", () => {
  test("agrees with loops: two global views, three local ones", async () => {
    const views = agreeingViews(7, 6, 5).map((view) => scaled(view, 0.3));
    const [students, teachers] = [views.slice(0, 5), views.slice(5)];
    const { total } = await objectiveValue("dino", students, { targets: teachers, numGlobalViews: 2 });
    expect(total).toBeCloseTo(referenceDino(students, teachers), 4);
  });

  test("certain and right costs nothing, knowing nothing costs log K", async () => {
    const certain = fromRows([
      [9, 0, 0, 0],
      [0, 0, 9, 0],
    ]);
    const nothing = fromRows([
      [1, 1, 1, 1],
      [2, 2, 2, 2],
    ]);
    const costOf = async (student: HostArray) =>
      (await objectiveValue("dino", [student], { targets: [certain], targetViews: [1] })).total;
    expect(await costOf(certain)).toBeCloseTo(0, 6);
    expect(await costOf(nothing)).toBeCloseTo(Math.log(4), 5);
  });

  test("KoLeo is a term only where it has a weight, of the global views alone", async () => {
    const views = agreeingViews(3, 6, 5);
    const given = { targets: views.slice(0, 2), numGlobalViews: 2 };
    const without = await objectiveValue("dino", views, given);
    const withKoleo = await objectiveValue("dino", views, { ...given, config: { koleoWeight: 0.5 } });
    expect(Object.keys(without.terms)).toEqual(["crossEntropy"]);
    const expected = (referenceKoleo(views[0]!) + referenceKoleo(views[1]!)) / 2;
    expect(withKoleo.terms.koleo).toBeCloseTo(expected, 4);
    expect(withKoleo.total).toBeCloseTo(without.total + 0.5 * expected, 4);
  });

  test("schedules: prototypes start after an epoch, at the latest after a tenth of the run", () => {
    const config = resolveOptions("dino", dino.options, { firstTeacherTemperature: 0.02 });
    const long = dino.schedules!(config, { totalSteps: 1000, stepsPerEpoch: 10 });
    expect([9, 10].map(long.prototypeGate!)).toEqual([0, 1]);
    const short = dino.schedules!(config, { totalSteps: 100, stepsPerEpoch: 400 });
    expect([9, 10].map(short.prototypeGate!)).toEqual([0, 1]);
    expect([0, 150, 300, 900].map(long.teacherTemperature!)).toEqual(
      [0.02, 0.03, 0.04, 0.04].map((t) => expect.closeTo(t, 9)),
    );
    expect([0, 1000].map(long.emaDecay!)).toEqual([expect.closeTo(0.996, 9), 1]);
  });
});

function referenceKoleo(points: HostArray): number {
  const units = rowsOf(points).map((row) => row.map((x) => x / Math.hypot(...row)));
  const nearest = units.map((x, i) =>
    Math.min(...units.filter((_, j) => j !== i).map((y) => Math.hypot(...x.map((value, d) => value - y[d]!)))),
  );
  return -nearest.reduce((sum, distance) => sum + Math.log(distance + 1e-8), 0) / nearest.length;
}

const koleoOf = async (points: HostArray) => {
  const { value, gradient } = await runOnce({ points }, (given) => {
    const { value, gradient } = valueAndGradient(given, (moved) => ({ value: koleo(moved.points), aux: {} }));
    return { value, gradient: gradient.points };
  });
  return { value: value.data[0]!, gradient: Array.from(gradient.data) };
};

describe("koleo", () => {
  test("agrees with loops", async () => {
    const points = normalProjections(9, 4, 1);
    expect((await koleoOf(points)).value).toBeCloseTo(referenceKoleo(points), 4);
  });

  test("corners of a square: each √2 from the next, −½ log 2", async () => {
    const square = fromRows([
      [1, 0],
      [0, 2],
      [-3, 0],
      [0, -1],
    ]);
    expect((await koleoOf(square)).value).toBeCloseTo(-0.5 * Math.log(2), 5);
  });

  test("points at one place are finite and pushed nowhere", async () => {
    const { value, gradient } = await koleoOf(
      fromRows([
        [1, 1],
        [1, 1],
        [2, 2],
      ]),
    );
    expect(Number.isFinite(value)).toBe(true);
    expect(gradient.every((x) => x === 0)).toBe(true);
  });
});

describe("sinkhorn", () => {
  const balance = async (views: readonly HostArray[], temperature: number) => {
    const inputs = Object.fromEntries(views.map((view, v) => [`${v}`, view]));
    const body = (given: Record<string, Tensor>) => {
      const rows = sinkhorn(Object.values(given), Tensor.constant(temperature));
      return Object.fromEntries(rows.map((view, v) => [`${v}`, view]));
    };
    return Object.values(await runOnce(inputs, body)).flatMap(rowsOf);
  };

  test("one prototype that all prefer is shared evenly", async () => {
    const rows = await balance(
      [
        fromRows([
          [1, 0],
          [1, 0],
          [1, 0],
        ]),
      ],
      0.1,
    );
    for (const x of rows.flat()) expect(x).toBeCloseTo(0.5, 5);
  });

  test("views are balanced together, and rows are distributions at any scale", async () => {
    const [a, b] = agreeingViews(2, 5, 3) as [HostArray, HostArray];
    const apart = [...(await balance([a], 0.5)), ...(await balance([b], 0.5))];
    const together = await balance([a, b], 0.5);
    expect(together).not.toEqual(apart);
    for (const row of await balance([scaled(a, 1e4), b], 0.05)) {
      expect(row.reduce((sum, x) => sum + x, 0)).toBeCloseTo(1, 4);
    }
  });
});

describe("the head", () => {
  const [B, K, F] = [4, 3, 2];
  const dims = {
    encoder: { featureDim: F, gridSizeOf: () => 1 },
    channels: 3,
    imageSize: 8,
    projector: { hiddenDim: 5, numHiddenLayers: 1, outDim: 6 },
  };
  const head = dinoHead(dims, { numPrototypes: K, isCentred: true, centreDecay: 0.9 });
  const start = initialise(head.modules, keyFor(3));
  const centred = { ...start, centre: { mean: float32([0.5, -1, 2], [K]) } };
  const encoded = { a: normalProjections(B, F, 1), b: normalProjections(B, F, 2) };

  const pass = (gate: number) =>
    runOnce(
      { modules: centred, encoded, gate: float32([gate], []) } as never,
      ((given: { modules: Record<string, never>; encoded: Record<string, Tensor>; gate: Tensor }) => {
        const mode = trainingMode();
        const { centre, ...trained } = given.modules;
        const { aux, gradient } = valueAndGradient(trained as Record<string, Tensor>, (moved) => {
          const side = {
            encoded: Object.values(given.encoded),
            parameters: { ...moved, centre: centre! } as never,
            mode,
          };
          const shared = { views: [], masks: {}, numGlobalViews: 2, scalars: { prototypeGate: given.gate } };
          const output = head.forward({ online: side, target: side, ...shared });
          const { projections, targets, watched } = output;
          const nextCentre = mode.updates.latest((centre as unknown as { mean: Tensor }).mean);
          const seen = { student: projections[0]!, teacher: targets![0]!, other: targets![1]!, watched: watched! };
          const aux = { ...seen, centre: nextCentre };
          return { value: projections[0]!.sum(), aux };
        });
        return { ...aux, gradient };
      }) as never,
    ) as unknown as Promise<
      Record<"student" | "teacher" | "other" | "watched" | "centre", HostArray> & {
        gradient: { prototypes: { weight: HostArray }; projector: { output: { weight: HostArray } } };
      }
    >;

  test("logits are cosines; the target's are less the centre, which moves for the next step", async () => {
    const { student, teacher, other, watched, centre } = await pass(1);
    for (const row of rowsOf(watched)) expect(Math.hypot(...row)).toBeCloseTo(1, 5);
    for (const x of student.data) expect(Math.abs(x)).toBeLessThanOrEqual(1 + 1e-6);
    const before = [0.5, -1, 2];
    rowsOf(teacher).forEach((row, i) => {
      for (const [k, x] of row.entries()) expect(x + before[k]!).toBeCloseTo(rowsOf(student)[i]![k]!, 5);
    });
    before.forEach((c, k) => {
      const logits = [...rowsOf(teacher), ...rowsOf(other)].map((row) => row[k]! + c);
      const mean = logits.reduce((sum, x) => sum + x, 0) / (2 * B);
      expect(centre.data[k]).toBeCloseTo(0.9 * c + 0.1 * mean, 5);
    });
  });

  test("behind a closed gate prototypes get no gradient, the projector still does", async () => {
    const [closed, open] = [await pass(0), await pass(1)];
    const lengthOf = ({ data }: HostArray) => Math.hypot(...data);
    expect(lengthOf(closed.gradient.prototypes.weight)).toBe(0);
    expect(lengthOf(open.gradient.prototypes.weight)).toBeGreaterThan(1e-3);
    expect(closed.gradient.projector.output.weight.data).toEqual(open.gradient.projector.output.weight.data);
  });
});
