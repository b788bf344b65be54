/** DINO. Source: Caron et al. 2021, arXiv:2104.14294. */
import type { ConfigOf, OptionTable, Tensor } from "../compute/index.js";
import { cosineBetween, linearBetween, stepAt } from "../optim/index.js";
import { type CrossViewPair, crossViewPairs } from "./cross-view.js";
import { dinoHead } from "./dino-head.js";
import { koleo } from "./koleo.js";
import { meanOf, type Objective, type RunLength, weightedTotal } from "./objective.js";
import { sinkhorn } from "./sinkhorn.js";

export const dinoOptions = {
  numPrototypes: { default: 1024, min: 2, integer: true, doc: "K: how many prototypes views are assigned to" },
  centring: {
    default: "centre",
    choices: ["centre", "sinkhorn"],
    doc: "what spreads the targets over the prototypes: a running mean that is subtracted, or balancing each batch",
  },
  centreDecay: { default: 0.9, min: 0, max: 1, doc: "how much of the running mean stays each step" },
  studentTemperature: { default: 0.1, min: 0.01, max: 10, doc: "τ_s of the predictions" },
  teacherTemperature: { default: 0.04, min: 0.005, max: 10, doc: "τ_t of the targets; above .07 it gets unstable" },
  firstTeacherTemperature: { default: 0.04, min: 0.005, max: 10, doc: "τ_t at the start" },
  temperatureWarmupShare: { default: 0.3, min: 0, max: 1, doc: "share of the run in which τ_t moves between them" },
  firstEmaDecay: { default: 0.996, min: 0, max: 1, doc: "how much of the target stays each step, at the start" },
  lastEmaDecay: { default: 1, min: 0, max: 1, doc: "the same at the end; half a cosine leads there" },
  frozenEpochs: { default: 1, min: 0, doc: "epochs before the prototypes learn, at most a tenth of the run" },
  koleoWeight: { default: 0, min: 0, doc: "weight of KoLeo on each global view; DINOv2 has .1" },
} as const satisfies OptionTable;
export type DinoConfig = ConfigOf<typeof dinoOptions>;

/**
 * DINO: from any view, small crops too, predict to which prototypes a slowly moving copy assigns the other global views.
 *   crossEntropy = −mean over pairs of different views, and images, of Σ_k t_k log s_k
 *   s = softmax(p_v / τ_s),   t = stopGradient softmax((g_w − c) / τ_t), or `sinkhorn` of g / τ_t
 * projections p (of the learning network, all views) and targets g − c (of the average, global views) are logits [B, K]:
 * cosines with K prototypes (dino-head.ts). Terms: crossEntropy, and koleo of the logits where its weight is not 0.
 * Scalars: teacherTemperature; prototypeGate, 0 while prototypes stay as they started. The centre c moves after the loss.
 * Centring alone leads to even assignments and a low τ_t alone to one prototype: together they balance.
 * Golden .633039 with c = 0 (goldens.test.ts). Source of Sinkhorn and KoLeo in it: DINOv2, arXiv:2304.07193.
 * Deviations: smaller (512-512-128, 1,024 prototypes, where the paper has 2048-2048-256 and 65,536); KoLeo is on the
 * logits, DINOv2 has it on the encoder's features; frozen prototypes are still decayed, which changes their length alone,
 * and that is divided out.
 */
export const dino: Objective<typeof dinoOptions> = {
  name: "dino",
  summary: "predict, from any crop, which prototypes a slowly moving copy assigns a global view to",
  source: "arXiv:2104.14294",
  needs: { views: 2, localViews: true, tokens: "pooled", masking: "none", target: "ema" },
  projectionTarget: "scale-free",
  options: dinoOptions,
  projector: { hiddenDim: 512, numHiddenLayers: 2, outDim: 128 },
  defaultViews: ["dinoGlobalFirst", "dinoGlobalSecond"],
  localPreset: "dinoLocal",
  training: { weightDecay: 0.04, finalWeightDecay: 0.4, maxGradientNorm: 3 },
  evaluates: "target",
  weights: ({ koleoWeight }) => ({ crossEntropy: 1, ...(koleoWeight > 0 && { koleo: koleoWeight }) }),
  head: (dims, { numPrototypes, centring, centreDecay }) =>
    dinoHead(dims, { numPrototypes, isCentred: centring === "centre", centreDecay }),
  schedules: (config, run) => ({
    emaDecay: cosineBetween({ from: config.firstEmaDecay, to: config.lastEmaDecay, totalSteps: run.totalSteps }),
    teacherTemperature: linearBetween({
      from: config.firstTeacherTemperature,
      to: config.teacherTemperature,
      totalSteps: Math.max(1, config.temperatureWarmupShare * run.totalSteps),
    }),
    prototypeGate: stepAt(frozenSteps(config, run), 0, 1),
  }),

  loss(input, config) {
    const pairs = crossViewPairs("dino", input);
    const { projections, numGlobalViews, scalars } = input;
    const assignments = assign(new Set(pairs.map(({ target }) => target)), scalars!.teacherTemperature!, config);
    const predictions = new Map(projections.map((p) => [p, p.mul(1 / config.studentTemperature).logSoftmax(1)]));
    const crossEntropies = pairs.map(({ prediction, target }) =>
      assignments.get(target)!.mul(predictions.get(prediction)!).sum(1).mean().neg(),
    );
    const terms = {
      crossEntropy: meanOf(crossEntropies),
      ...(config.koleoWeight > 0 && { koleo: meanOf(projections.slice(0, numGlobalViews).map(koleo)) }),
    };
    return weightedTotal(terms, dino.weights(config));
  },
};

/** Distributions over prototypes, by the targets they are of. */
function assign(
  targets: ReadonlySet<CrossViewPair["target"]>,
  temperature: Tensor,
  { centring }: DinoConfig,
): ReadonlyMap<Tensor, Tensor> {
  const logits = [...targets];
  const assigned =
    centring === "sinkhorn" ? sinkhorn(logits, temperature) : logits.map((g) => g.div(temperature).softmax(1));
  return new Map(logits.map((target, i) => [target, assigned[i]!.stopGradient()]));
}

/** An epoch of a long run is little; of a run of one epoch it would be all. */
function frozenSteps({ frozenEpochs }: DinoConfig, { totalSteps, stepsPerEpoch }: RunLength): number {
  return Math.min(frozenEpochs * stepsPerEpoch, totalSteps / 10);
}
