/** Dialects of Barlow Twins. */
import { type DialectTable, defineDialect, sameAs } from "./dialect.js";

const lambd = { default: 0.0051, min: 0, doc: "weight of each redundancy" } as const;

export const barlowTwinsDialects: DialectTable = {
  official: defineDialect({
    source: "facebookresearch/barlowtwins",
    formula: "invariance + lambd redundancy",
    coefficients: { lambd },
    convert: (given) => sameAs({ redundancyWeight: given.lambd, scale: 1, deviation: "biased" }),
  }),
  "solo-learn": defineDialect({
    source: "vturrisi/solo-learn",
    formula: "scale_loss (invariance + lamb redundancy)",
    coefficients: {
      lamb: lambd,
      scale_loss: { default: 0.024, min: 0, doc: "of the whole loss; .1 in its CIFAR recipes" },
    },
    convert: ({ lamb, scale_loss }) => sameAs({ redundancyWeight: lamb, scale: scale_loss, deviation: "biased" }),
  }),
  "stable-pretraining": defineDialect({
    source: "rbalestr-lab/stable-pretraining",
    formula: "invariance + lambd redundancy, of deviations with B − 1",
    coefficients: { lambd: { ...lambd, default: 0.005 } },
    convert: (given) => sameAs({ redundancyWeight: given.lambd, scale: 1, deviation: "unbiased" }),
  }),
};
