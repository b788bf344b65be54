/** What the tables of docs/results.md compare: every objective there is, on two small encoders. */
import type { CellChoices, CompareRecipe } from "darkmatter";

export const methods: CompareRecipe["methods"] = {
  simclr: {},
  vicreg: {},
  barlowTwins: {},
  lejepa: {},
  byol: {},
  simSiam: {},
  dino: {},
  mae: {},
  denoisingAutoencoder: {},
  iJepa: {},
  data2vec: {},
};

/** Peak learning rates are those that suit SimCLR in a short training; all methods have the same. */
export const encoders: Readonly<Record<string, CellChoices>> = {
  convnet: { encoderOptions: { width: 48 }, learningRate: 2e-3 },
  vit: { encoderOptions: { patchSize: 4, width: 64, depth: 4, numHeads: 2 }, learningRate: 1e-3 },
};

export const training: CellChoices = { size: 32, batch: 128 };

/** Minutes of one core for a cell; $DARKMATTER_MINUTES says otherwise. */
export const cpuMinutes = Number(process.env.DARKMATTER_MINUTES ?? 3);
