/** Dialects of BYOL and SimSiam: a cosine, its double, its negative, averaged or added. */
import { type DialectTable, defineDialect, sameAs } from "./dialect.js";

const scaled = (source: string, formula: string, factor: number, offset = 0) =>
  defineDialect({ source, formula, coefficients: {}, convert: () => sameAs({}, { factor, offset }) });

export const byolDialects: DialectTable = {
  official: scaled("google-deepmind/deepmind-research", "2 distance (both directions are added)", 2),
  lightly: scaled("lightly-ai/lightly", "distance / 2 − 1 (its examples average the negative cosines)", 0.5, -1),
  "solo-learn": scaled("vturrisi/solo-learn", "2 distance (both directions are added)", 2),
  "stable-pretraining": scaled("rbalestr-lab/stable-pretraining", "distance, of one direction a call", 1),
};

export const simSiamDialects: DialectTable = {
  official: scaled("facebookresearch/simsiam", "negativeCosine", 1),
  lightly: scaled("lightly-ai/lightly", "negativeCosine", 1),
  "solo-learn": scaled("vturrisi/solo-learn", "negativeCosine", 1),
};
