/** What the tables of docs/results.md compare: every objective there is, on two small encoders. */
import type { CellChoices, CompareBudget, CompareRecipe } from "darkmatter";

/** Targets that move fast enough for a training of so few steps; published decays are for hundreds of epochs. */
const fastTarget = { firstEmaDecay: 0.99 };
/** Half the width of the vision transformer below or a little more, as published: the usual ones are for wider encoders. */
const smallDecoder = { decoderWidth: 48, decoderDepth: 2, decoderHeads: 2 };
const smallPredictor = { predictorWidth: 48, predictorDepth: 2, predictorHeads: 2 };

export const methods: CompareRecipe["methods"] = {
  simclr: {},
  vicreg: {},
  barlowTwins: {},
  lejepa: {},
  byol: { objectiveOptions: fastTarget },
  simSiam: {},
  dino: { objectiveOptions: fastTarget },
  mae: { objectiveOptions: smallDecoder },
  denoisingAutoencoder: {},
  iJepa: { objectiveOptions: { ...fastTarget, ...smallPredictor } },
  data2vec: { objectiveOptions: { ...fastTarget, ...smallDecoder } },
};

/** Peak learning rates are those that suit SimCLR in a short training; all methods have the same. */
export const encoders: Readonly<Record<string, CellChoices>> = {
  convnet: { encoderOptions: { width: 48 }, learningRate: 2e-3 },
  vit: { encoderOptions: { patchSize: 4, width: 64, depth: 4, numHeads: 2 }, learningRate: 1e-3 },
};

/** Small batches: where steps are few, more of them teach more than larger ones. */
export const training: CellChoices = { size: 32, batch: 64 };

/** About three processor minutes a cell on either encoder; $DARKMATTER_MINUTES gives every cell so many instead. */
export const budget: CompareBudget =
  process.env.DARKMATTER_MINUTES === undefined
    ? { steps: { convnet: 1000, vit: 500 } }
    : { cpuMinutes: Number(process.env.DARKMATTER_MINUTES) };
