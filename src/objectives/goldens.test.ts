/**
 * Golden values. Provenance: the formulas of the papers evaluated by PyTorch 2.13 in float64 on `goldenViews()`,
 * by code that shares nothing with ours; norms and first elements of the gradients by its autograd.
 */
import { describe, expect, test } from "vitest";
import { runOnce, Tensor, valueAndGradient } from "../compute/index.js";
import { testedEngines } from "../compute/testing/software-gpu.js";
import { koleo } from "./koleo.js";
import { objectiveValue } from "./objective-value.js";
import { sinkhorn } from "./sinkhorn.js";
import { goldenDirections, goldenViews, rowsOf } from "./testing/projections.js";

const TOLERANCE = 1e-5;
/** WGSL allows sine and cosine, of which SIGReg is made, an error of 2⁻¹¹; a single element of a gradient shows four. */
const WGSL_TRIGONOMETRY = 4 * 2 ** -11;
const near = (got: number | undefined, golden: number, tolerance = TOLERANCE): void => {
  expect(Math.abs(got! / golden - 1)).toBeLessThan(tolerance);
};

const twoViews = [
  ["simclr", { temperature: 0.5 }, 1.3512125154482881, 0.1286867335187013, 0.15053824476652983, -0.03445540208031809],
  ["simclr", { temperature: 0.2 }, 0.5996920945734312, 0.22132092935270348, 0.3093637600688228, -0.03171996428744195],
  ["barlowTwins", {}, 0.04423599400234352, 0.048479138049878336, 0.049629242307085514, -0.007500172648376353],
  [
    "barlowTwins",
    { deviation: "unbiased" },
    0.17639506083629422,
    0.11962316342522653,
    0.12625883177079533,
    -0.018213640361322295,
  ],
  ["vicreg", {}, 8.780871980389724, 2.1188147460039977, 2.67046386152945, -0.6676970729052658],
] as const;

/** The second view of the goldens is the target: no gradient flows there. */
const oneDirection = [
  ["byol", 0.09739847949160499, 0.13757517656801954, -0.029806494212720205],
  ["dino", 0.6330394832049299, 1.7399189361958154, -0.21688642834589753],
  ["iJepa", 0.07953544337914256, 0.06306165371251476, -0.008566273965137433],
  ["simSiam", -0.9513007602541974, 0.06878758828400977, -0.014903247106360103],
] as const;

const koleoGolden = { total: 0.18779129224511162, norm: 0.40286483248087773, firstElement: 0.026606977898828765 };
const sinkhornGolden = {
  firstRow: [0.841598465597032, 0.15840152421409365, 1.3041674197973473e-11, 4.1362035898677013e-16, 1.017583e-8],
  prototypeMass: [1.784328334838588, 1.6235068173511606, 1.9999384163629121, 1.0595789120119865, 1.5326475194353533],
};

// The goldens of SIGReg are T of the first view alone: given twice, the mean is the same T and each copy has half
// of the gradient.
const sigregValues = [
  ["half", 0.7549486194371149, 0.47204524265623876, -0.015019336900216423],
  // eb_jepa's, which is not multiplied by the 8 images
  ["coarse", 8 * 0.09394246779579271, 8 * 0.058933403036731544, 8 * -0.0019384818622573928],
  ["full", 0.7647033828938278, 0.474443469567395, -0.012675360856422561],
] as const;

describe.each(testedEngines.map((engine) => [engine.name, engine] as const))(
  "on the engine %s",
  (engineName, engine) => {
    test.each(twoViews)("%s %j", async (name, config, total, firstNorm, secondNorm, firstElement) => {
      const value = await objectiveValue(name, goldenViews(), { config, engine });
      near(value.total, total);
      near(value.gradientNorms[0], firstNorm);
      near(value.gradientNorms[1], secondNorm);
      near(value.gradients[0]!.data[0], firstElement);
    });

    test.each(oneDirection)("%s, from the first view to the second", async (name, total, norm, firstElement) => {
      const [prediction, target] = goldenViews();
      const given = { targets: [target], targetViews: [1], engine };
      const value = await objectiveValue(name, [prediction], given);
      near(value.total, total);
      near(value.gradientNorms[0], norm);
      near(value.gradients[0]!.data[0], firstElement);
      expect(value.targetGradientNorms).toEqual([0]);
    });

    test("KoLeo", async () => {
      const inputs = { points: goldenViews()[0] };
      const { value, gradient } = await runOnce(
        inputs,
        (given) => {
          const { value, gradient } = valueAndGradient(given, ({ points }) => ({ value: koleo(points), aux: {} }));
          return { value, gradient: gradient.points };
        },
        engine,
      );
      near(value.data[0], koleoGolden.total);
      near(Math.hypot(...gradient.data), koleoGolden.norm);
      near(gradient.data[0], koleoGolden.firstElement);
    });

    test("Sinkhorn at temperature .05", async () => {
      const body = ({ logits }: { logits: Tensor }) => ({ rows: sinkhorn([logits], Tensor.constant(0.05))[0]! });
      const { rows } = await runOnce({ logits: goldenViews()[0] }, body, engine);
      rowsOf(rows)[0]!.forEach((mass, k) => {
        expect(mass).toBeCloseTo(sinkhornGolden.firstRow[k]!, 5);
      });
      sinkhornGolden.prototypeMass.forEach((mass, k) => {
        const total = rowsOf(rows).reduce((sum, row) => sum + row[k]!, 0);
        near(total, mass);
      });
    });

    test.each(sigregValues)("SIGReg on the %s domain", async (domain, statistic, norm, firstElement) => {
      const [view] = goldenViews();
      const config = { regularizerWeight: 1, domain };
      const noise = { directions: goldenDirections() };
      const value = await objectiveValue("lejepa", [view, view], { config, noise, engine });
      const tolerance = engineName === "webgpu" ? WGSL_TRIGONOMETRY : TOLERANCE;
      near(value.terms.sigreg, statistic, tolerance);
      near(2 * value.gradientNorms[0]!, norm, tolerance);
      near(2 * value.gradients[0]!.data[0]!, firstElement, tolerance);
    });
  },
);
