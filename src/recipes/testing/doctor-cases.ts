/** Real short trainings that the doctor must judge rightly: every illness made on purpose, and every objective in health. */

import { type SequenceLoss, trainOnSequences } from "../../evaluate/doctor/testing/moving-sequences.js";
import { diagnose, type VerdictName } from "../../evaluate/index.js";
import { objectives } from "../../objectives/catalog.js";
import type { Objective } from "../../objectives/index.js";
import { TINY_SIZE } from "../../train/testing/tiny-run.js";
import { type TrainChoices, trainImages } from "../index.js";

export interface DoctorCase {
  /** The right verdict. */
  readonly verdict: VerdictName;
  /** How it is made. */
  readonly cause: string;
  /** Of an illness: what the remedy must name. */
  readonly remedy?: RegExp;
  /** Train in this folder on the pictures there. */
  run(folder: string, pictures: string, seed: number): Promise<Judgement>;
}

export interface Judgement {
  /** Every verdict, in order. */
  readonly names: readonly string[];
  readonly evidence: string;
  readonly remedy: string;
}

type Changes = Partial<TrainChoices>;

const CONVNET: Changes = { encoder: "convnet", encoderOptions: { width: 16, stages: 3 } };
const VIT: Changes = { encoder: "vit", encoderOptions: { width: 32, depth: 1, numHeads: 2 } };
const PROJECTOR = { hiddenDim: 128, numHiddenLayers: 2, outDim: 64 };
const NARROW = { hiddenDim: 64, numHiddenLayers: 1, outDim: 32 };
const WIDE = { hiddenDim: 64, numHiddenLayers: 1, outDim: 64 };

/** Each objective, as published but small, on each of the two encoders that it fits, a ViT and a ConvNet. */
export function healthyCases(): DoctorCase[][] {
  const ofImages = Object.values(objectives as Readonly<Record<string, Objective>>).filter(
    ({ needs }) => !needs.inTime,
  );
  return ofImages.map(({ name, needs, projector }) => {
    const hidesPlaces = needs.masking === "random" || needs.masking === "block" || needs.masking === "tube";
    const fitting = { vit: VIT, ...(!hidesPlaces && { convnet: CONVNET }) };
    return Object.entries(fitting).map(([encoder, choices]) =>
      trained("healthy", `${name} on ${encoder}`, {
        ...choices,
        objective: name,
        ...(projector && { projector: PROJECTOR }),
        ...(hidesPlaces && { batch: 32 }), // they are the slow ones
      }),
    );
  });
}

/** Each illness, some from several causes. */
export const ILL_CASES: readonly DoctorCase[] = [
  trained(
    "norm-collapse",
    "VICReg without its variance term",
    {
      ...CONVNET,
      objective: "vicreg",
      objectiveOptions: { varianceWeight: 0 },
      projector: NARROW,
      learningRate: 4e-3,
      steps: 40,
    },
    /--set varianceWeight=25 \(it is 0\)/,
  ),
  trained(
    "complete-collapse",
    "LeJEPA without SIGReg",
    {
      ...CONVNET,
      objective: "lejepa",
      objectiveOptions: { regularizerWeight: 0 },
      projector: NARROW,
      learningRate: 1e-2,
      steps: 80,
    },
    /same answer.*--set regularizerWeight=0.05/s,
  ),
  trained(
    "complete-collapse",
    "DINO without centring, behind a fast target",
    {
      ...CONVNET,
      objective: "dino",
      objectiveOptions: { centreDecay: 1, firstEmaDecay: 0.9 },
      projector: PROJECTOR,
      learningRate: 5e-3,
      steps: 96,
    },
    /--set centreDecay=0.9 \(it is 1\) --set firstEmaDecay=0.996/,
  ),
  trained(
    "dimensional-collapse",
    "VICReg without its covariance term",
    { ...CONVNET, objective: "vicreg", objectiveOptions: { covarianceWeight: 0 }, projector: WIDE, steps: 96 },
    /--set covarianceWeight=1 /,
  ),
  trained(
    "mean-shift",
    "SimCLR without BatchNorm anywhere, hardly learning",
    {
      ...VIT,
      objective: "simclr",
      projector: { numHiddenLayers: 0, outDim: 32 },
      learningRate: 1e-6,
      batch: 128,
      steps: 40,
    },
    /offset.*--lr/s,
  ),
  trained(
    "divergence",
    "LeJEPA at a learning rate of 20",
    { ...CONVNET, objective: "lejepa", projector: NARROW, learningRate: 20, steps: 15 },
    /--lr 2\b/,
  ),
  trained(
    "starved-by-data",
    "SimCLR on 64 images, hardly augmented",
    { ...CONVNET, objective: "simclr", projector: PROJECTOR, strength: 0.2, holdOut: 64, steps: 120 },
    /--steps \d+ --strength 1/,
  ),
  onSequences("temporal-collapse", "slowness of projections that are spread between sequences only", {
    slowness: 4,
    spread: 1,
    spreadInTime: 0,
  }),
];

export const HEALTHY_SEQUENCES: DoctorCase = onSequences("healthy", "slowness, with spread within each sequence", {
  slowness: 1,
  spread: 1,
  spreadInTime: 1,
});

function trained(verdict: VerdictName, cause: string, changes: Changes, remedy?: RegExp): DoctorCase {
  return {
    verdict,
    cause,
    ...(remedy && { remedy }),
    async run(folder, pictures, seed) {
      const names: string[] = [];
      const { verdict: last } = await trainImages(
        {
          data: pictures,
          out: `${folder}/${cause.replaceAll(/\W+/g, "-")}-${seed}`,
          size: TINY_SIZE,
          batch: 64,
          steps: 48,
          metersEvery: 6,
          threads: 1,
          learningRate: 1e-3,
          strength: 0.5,
          seed,
          ...changes,
        },
        { onProgress: (progress) => progress.verdict && names.push(progress.verdict.name) },
      );
      return { names, evidence: last!.evidence, remedy: last!.remedy };
    },
  };
}

function onSequences(verdict: VerdictName, cause: string, loss: SequenceLoss): DoctorCase {
  return {
    verdict,
    cause,
    ...(verdict !== "healthy" && { remedy: /variance within each sequence/ }),
    async run(_folder, _pictures, seed) {
      const history = await trainOnSequences(loss, seed);
      const verdicts = history.map((_, i) => diagnose(history.slice(0, i + 1), { target: "unit-spread" }));
      const { evidence, remedy } = verdicts.at(-1)!;
      return { names: verdicts.map(({ name }) => name), evidence: evidence.join("; "), remedy };
    },
  };
}
