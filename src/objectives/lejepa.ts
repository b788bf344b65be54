/** LeJEPA. Source: Balestriero and LeCun 2025, arXiv:2511.08544. */
import { type ConfigOf, expectShape, type OptionTable, stack } from "../compute/index.js";
import { sumOfSquares } from "../nn/index.js";
import { checkProjections, meanOf, type Objective, weightedTotal } from "./objective.js";
import { drawDirections, sigreg } from "./sigreg.js";

export const lejepaOptions = {
  regularizerWeight: { default: 0.05, min: 0, max: 1, doc: "λ, convex: (1 − λ) invariance + λ SIGReg" },
  numSlices: { default: 256, min: 1, integer: true, doc: "random directions a step" },
  domain: {
    default: "half",
    choices: ["half", "full", "coarse"],
    doc: "where SIGReg compares: half = [0, 3] doubled, as released; full = [-5, 5], the paper's; coarse = 10 points",
  },
} as const satisfies OptionTable;
export type LejepaConfig = ConfigOf<typeof lejepaOptions>;

/**
 * LeJEPA: all views of an image meet at the mean of its global views, and each view stays standard normal.
 *   total = (1 − λ) invariance + λ sigreg
 *   invariance = mean over views, images and dimensions of (z_v − μ)²,  μ = mean of the global views
 *   sigreg = mean_v T(z_v), see `sigreg`; T is B times an integral, so λ does not depend on the batch size
 * projections [B, D], B >= 2, not normalised; no stop-gradient. Terms: invariance, sigreg (unweighted).
 * Noise: directions [D, numSlices], fresh each step, the same for all views.
 * Golden 0.754949 (half), 0.764703 (full) for T (goldens.test.ts). Default λ = .05 is the paper's (its minimal example
 * has .02), the default domain is that of the released code and of the doctor's floor of 1.05. Deviations: none.
 */
export const lejepa: Objective<typeof lejepaOptions> = {
  name: "lejepa",
  summary: "views meet at their mean, SIGReg keeps projections standard normal; one weight",
  source: "arXiv:2511.08544",
  needs: { views: 2, localViews: true, tokens: "pooled", masking: "none", target: "none" },
  projectionTarget: "standard-normal",
  options: lejepaOptions,
  projector: { hiddenDim: 512, numHiddenLayers: 2, outDim: 64 },
  defaultViews: ["lejepaGlobal", "lejepaGlobal"],
  localPreset: "lejepaLocal",
  weights: ({ regularizerWeight }) => ({ invariance: 1 - regularizerWeight, sigreg: regularizerWeight }),

  noise: ({ numSlices }, { projectionDim }, random) => ({
    directions: drawDirections(projectionDim, numSlices, random),
  }),

  loss({ projections, numGlobalViews, noise }, config) {
    const { B, D } = checkProjections("lejepa", projections, 2);
    const directions = noise.directions!;
    expectShape("lejepa", "noise.directions", directions, [D, "slices"]);
    const views = stack(projections); // [V, B, D]
    const center = meanOf(projections.slice(0, numGlobalViews)); // [B, D]
    const terms = {
      invariance: sumOfSquares(views.sub(center))
        .reshape([])
        .mul(1 / (projections.length * B * D)),
      sigreg: sigreg(views, directions, config.domain),
    };
    return weightedTotal(terms, lejepa.weights(config));
  },
};
