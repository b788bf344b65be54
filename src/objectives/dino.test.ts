import { describe, expect, test } from "vitest";
import { float32, type HostArray, resolveOptions } from "../compute/index.js";
import { dino } from "./dino.js";
import { objectiveValue } from "./objective-value.js";
import { referenceKoleo } from "./testing/koleo.js";
import { agreeingViews, fromRows, rowsOf } from "./testing/projections.js";

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
