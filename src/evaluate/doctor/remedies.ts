/** What to do about an illness: in general, and for this run with flags and values. */
import type { Illness } from "./findings.js";

/** How a run is trained, as far as remedies change it. */
export interface Circumstances {
  readonly learningRate: number;
  readonly weightDecay: number;
  readonly batchSize: number;
  readonly numImages: number;
  readonly totalSteps: number;
  /** What keeps its answers apart; advice is about that, or about all of them where it is not known. */
  readonly keptApartBy?: KeptApartBy;
  /** Options of the objective that are not as published. */
  readonly changedOptions: readonly ChangedOption[];
  /** Steps after which images that are not trained on cost least, where that is known. */
  readonly bestStep?: number;
}

/** A term of the loss (negatives, variance, SIGReg), a target that moves on its own, or pixels to be given back. */
export type KeptApartBy = "loss" | "target" | "pixels";

export interface ChangedOption {
  readonly name: string;
  readonly value: unknown;
  readonly published: unknown;
}

const ADVICE: Readonly<Record<Illness, string>> = {
  "complete-collapse":
    "The encoder gives every image the same answer: agreeing was cheaper than seeing. {apart}, check that images and " +
    "views really differ, and start again: the gradient back from one point is close to zero.",
  "temporal-collapse":
    "What it gives does not change in time: it knows which sequence it sees, not what happens in it. Being slow was " +
    "enough. Keep projections apart over time as well (variance within each sequence), take views further apart in " +
    "time, or have it predict what comes next.",
  "norm-collapse":
    "Projections shrink towards the origin while their directions stay spread, so ranks look fine. Raise the variance or " +
    "SIGReg weight against the invariance term, or lower the weight decay, and start again: at the origin the gradient " +
    "that would undo it vanishes.",
  "mean-shift":
    "All projections share one large offset. End the projector with a plain linear layer after BatchNorm (no final " +
    "LayerNorm or ReLU), raise the regulariser's weight, and check that inputs are normalised.",
  "dimensional-collapse":
    "Only a few directions of the projection are in use. {spread}, and make the augmentations less alike (crops, colour).",
  divergence:
    "Training blew up. Start again with a lower learning rate; the last good checkpoint is kept. If it happens on the " +
    "first steps, look for broken or constant images.",
  "starved-by-data":
    "It knows its images by heart: images that it never saw cost far more, and more steps do not help them. Add " +
    "images, above all different ones; until then train for fewer steps, augment more, or take a smaller encoder.",
};

/** What "{apart}" and "{spread}" stand for. */
const WHAT_TO_STRENGTHEN: Readonly<Record<KeptApartBy | "unknown", Readonly<Record<"apart" | "spread", string>>>> = {
  loss: {
    apart: "Strengthen what keeps projections apart (variance or SIGReg weight, more negatives in a larger batch)",
    spread: "Raise the covariance or SIGReg weight, use a larger batch or a wider projector",
  },
  target: {
    apart: "Nothing but its target keeps answers apart: let that move more slowly and learn at a lower rate",
    spread: "Let the target move more slowly, hide more of the image or train for longer",
  },
  pixels: {
    apart: "Pixels given back keep answers apart: learn at a lower rate and hide less of the image",
    spread: "Hide more of the image, or train for longer",
  },
  unknown: {
    apart:
      "Strengthen what keeps projections apart (variance or SIGReg weight, more negatives, a predictor and a slow target)",
    spread: "Raise the covariance or SIGReg weight, use a larger batch or a wider projector",
  },
};

/** @param run leaves out the numbers if absent */
export function remedyFor(name: Illness, run?: Circumstances): string {
  const { apart, spread } = WHAT_TO_STRENGTHEN[run?.keptApartBy ?? "unknown"];
  const advice = ADVICE[name].replace("{apart}", apart).replace("{spread}", spread);
  const flags = run === undefined ? [] : FLAGS[name](run);
  return flags.length === 0 ? advice : `${advice} Try: ${flags.join(" ")}.`;
}

/** Flags of `darkmatter train` that differ from the run's own. */
const FLAGS: Readonly<Record<Illness, (run: Circumstances) => string[]>> = {
  "complete-collapse": (run) => asPublished(run) ?? [learningRate(run, 1 / 3), batch(run, 2)].flat(),
  "temporal-collapse": (run) => asPublished(run) ?? [],
  "norm-collapse": (run) => asPublished(run) ?? [learningRate(run, 1 / 3), weightDecay(run)].flat(),
  "mean-shift": (run) => asPublished(run) ?? [learningRate(run, 3), batch(run, 2)].flat(),
  "dimensional-collapse": (run) => asPublished(run) ?? [batch(run, 2), "--strength 1"].flat(),
  divergence: (run) => learningRate(run, 1 / 10),
  "starved-by-data": ({ bestStep }) => [...(bestStep === undefined ? [] : [`--steps ${bestStep}`]), "--strength 1"],
};

/** What was changed about the objective comes first: most illnesses are made there. */
function asPublished({ changedOptions }: Circumstances): string[] | undefined {
  if (changedOptions.length === 0) return undefined;
  return changedOptions.map(({ name, published, value }) => `--set ${name}=${published} (it is ${value})`);
}

function learningRate({ learningRate: rate }: Circumstances, factor: number): string[] {
  return [`--lr ${Number((rate * factor).toPrecision(2))}`];
}

/** Nothing to lower below what hardly matters. */
function weightDecay({ weightDecay: rate }: Circumstances): string[] {
  return rate > 1e-3 ? [`--weight-decay ${Number((rate / 10).toPrecision(2))}`] : [];
}

/** No batch is larger than the set. */
function batch({ batchSize, numImages }: Circumstances, factor: number): string[] {
  const larger = Math.min(numImages, batchSize * factor);
  return larger > batchSize ? [`--batch ${larger}`] : [];
}
