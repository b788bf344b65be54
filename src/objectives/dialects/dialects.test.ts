/**
 * Other libraries' losses, through our formulas. Provenance of the golden values: those libraries' formulas evaluated by
 * PyTorch 2.13 in float64 on `goldenViews()`; the rest are loops that share no code with ours.
 */
import { describe, expect, test } from "vitest";
import { type HostArray, resolveOptions } from "../../compute/index.js";
import { objectives } from "../catalog.js";
import type { Objective } from "../objective.js";
import { objectiveValue } from "../objective-value.js";
import { goldenDirections, goldenViews, rowsOf } from "../testing/projections.js";
import { dialects, fromDialect } from "./index.js";

const dims = { batchSize: 8, projectionDim: 5 };
const [viewA, viewB] = goldenViews();

/** Total and gradients as the other library has them. */
async function valueIn(
  objective: string,
  dialect: string,
  coefficients: Readonly<Record<string, number>> = {},
  given: Parameters<typeof objectiveValue>[2] = {},
) {
  const { options, factor, offset } = fromDialect(objective, dialect, coefficients, dims);
  const value = await objectiveValue(objective, [viewA, viewB], { ...given, config: options });
  return {
    total: factor * value.total + offset,
    gradientNorms: value.gradientNorms.map((norm) => factor * norm),
    firstElement: factor * value.gradients[0]!.data[0]!,
  };
}

const near = (got: number, expected: number): void => expect(Math.abs(got / expected - 1)).toBeLessThan(1e-5);

test.each([
  ["vicreg", "official", {}, [8.780871980389724, 2.1188147460039977, 2.67046386152945, -0.6676970729052658]],
  ["vicreg", "lightly", {}, [8.780871980389724, 2.1188147460039977, 2.67046386152945, -0.6676970729052658]],
  ["vicreg", "solo-learn", {}, [15.544053725720604, 3.714990634847928, 4.435849766127463, -1.0639300434687482]],
  ["vicreg", "eb_jepa", {}, [12.123887284732028, 6.983830594410325, 5.578862634096014, -0.07545079157644714]],
  ["simclr", "lightly", {}, [1.3512125154482881, 0.1286867335187013, 0.15053824476652983, -0.03445540208031809]],
  ["simclr", "solo-learn", {}, [0.5996920945734312, 0.22132092935270348, 0.3093637600688228, -0.03171996428744195]],
  [
    "barlowTwins",
    "official",
    {},
    [0.04423599400234352, 0.048479138049878336, 0.049629242307085514, -0.007500172648376353],
  ],
  [
    "barlowTwins",
    "stable-pretraining",
    { lambd: 0.0051 },
    [0.17639506083629422, 0.11962316342522653, 0.12625883177079533, -0.018213640361322295],
  ],
] as const)("%s in %s %j: golden total and gradients", async (objective, dialect, coefficients, golden) => {
  const { total, gradientNorms, firstElement } = await valueIn(objective, dialect, coefficients);
  near(total, golden[0]);
  near(gradientNorms[0]!, golden[1]);
  near(gradientNorms[1]!, golden[2]);
  near(firstElement, golden[3]);
});

const meanSquare = (a: HostArray, b: HostArray): number =>
  Array.from(a.data).reduce((sum, x, i) => sum + (x - b.data[i]!) ** 2, 0) / a.data.length;

const sigregOf = async (domain: string): Promise<number> => {
  const noise = { directions: goldenDirections() };
  const of = async (view: HostArray) =>
    (await objectiveValue("lejepa", [view, view], { noise, config: { domain, regularizerWeight: 1 } })).total;
  return ((await of(viewA)) + (await of(viewB))) / 2;
};

describe("lejepa", () => {
  const given = { noise: { directions: goldenDirections() } };

  test.each([
    ["paper", "full", 0.05],
    ["official", "half", 0.02],
    ["lightly", "half", 0.02],
  ])("in %s: convex on the %s domain", async (dialect, domain, weight) => {
    const invariance = meanSquare(viewA, viewB) / 4;
    const expected = (1 - weight) * invariance + weight * (await sigregOf(domain));
    near((await valueIn("lejepa", dialect, {}, given)).total, expected);
  });

  test("in eb_jepa: mean square + 10 T without the batch size, whose golden T of the first view is .0939425", async () => {
    const perImage = (await sigregOf("coarse")) / 8;
    const expected = meanSquare(viewA, viewB) + 10 * perImage;
    near((await valueIn("lejepa", "eb_jepa", {}, given)).total, expected);
    const [first] = [
      (
        await objectiveValue("lejepa", [viewA, viewA], {
          ...given,
          config: { domain: "coarse", regularizerWeight: 1 },
        })
      ).total / 8,
    ];
    near(first, 0.09394246779579271);
  });

  test("eb_jepa's 10 at 256 images and its distance are the convex .0097", () => {
    const { options, factor } = fromDialect("lejepa", "eb_jepa", {}, { batchSize: 256, projectionDim: 64 });
    expect(options.regularizerWeight).toBeCloseTo(10 / 256 / (4 + 10 / 256), 12);
    expect(factor).toBeCloseTo(4 + 10 / 256, 12);
  });

  test("in stable-pretraining it is another statistic, and said so", () => {
    expect(() => fromDialect("lejepa", "stable-pretraining", {}, dims)).toThrow("all views into one sample");
  });
});

describe("a cosine in other words", () => {
  /** Mean cosine of rows. */
  const cosine = (a: HostArray, b: HostArray): number => {
    const [x, y] = [rowsOf(a), rowsOf(b)];
    const cosines = x.map(
      (row, i) => row.reduce((dot, v, d) => dot + v * y[i]![d]!, 0) / (Math.hypot(...row) * Math.hypot(...y[i]!)),
    );
    return cosines.reduce((sum, c) => sum + c, 0) / cosines.length;
  };
  const targets = [viewB, viewA];
  const forth = cosine(viewA, viewA); // the second target is of the second view, and is compared with the first
  const back = cosine(viewB, viewB);

  test.each([
    ["byol", "official", 2 - 2 * forth + (2 - 2 * back)],
    ["byol", "lightly", -(forth + back) / 2],
    ["byol", "solo-learn", 2 - 2 * forth + (2 - 2 * back)],
    ["simSiam", "official", -(forth + back) / 2],
    ["simSiam", "solo-learn", -(forth + back) / 2],
  ])("%s in %s", async (objective, dialect, expected) => {
    expect((await valueIn(objective, dialect, {}, { targets })).total).toBeCloseTo(expected, 5);
  });
});

test("SimCLR's own code adds the means of both views: twice the mean over both", async () => {
  const ours = await objectiveValue("simclr", [viewA, viewB], { config: { temperature: 0.3 } });
  near((await valueIn("simclr", "official", { temperature: 0.3 })).total, 2 * ours.total);
});

test("solo-learn scales Barlow Twins", async () => {
  near((await valueIn("barlowTwins", "solo-learn", { scale_loss: 0.1 })).total, 0.1 * 0.04423599400234352);
});

describe("every dialect", () => {
  const all = Object.entries(dialects).flatMap(([objective, known]) =>
    Object.entries(known).map(([name, dialect]) => [objective, name, dialect] as const),
  );

  test.each(all.filter(([objective, name]) => `${objective} ${name}` !== "lejepa stable-pretraining"))(
    "%s in %s gives options that the objective takes",
    (name, dialect) => {
      const objective: Objective = (objectives as Readonly<Record<string, Objective>>)[name]!;
      const { options, factor, offset } = fromDialect(name, dialect, {}, { batchSize: 256, projectionDim: 128 });
      expect(() => resolveOptions(name, objective.options, options)).not.toThrow();
      expect(factor).toBeGreaterThan(0);
      expect(Number.isFinite(offset)).toBe(true);
    },
  );

  test("names are looked up with suggestions, coefficients are theirs", () => {
    expect(() => fromDialect("vicregg", "official", {}, dims)).toThrow('Did you mean "vicreg"?');
    expect(() => fromDialect("vicreg", "solo", {}, dims)).toThrow("Known: official, lightly");
    expect(() => fromDialect("vicreg", "eb_jepa", { cov_weight: 1 }, dims)).toThrow('unknown option "cov_weight"');
  });
});
