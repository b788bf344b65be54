/** Dialects of LeJEPA. */
import { ValueError } from "../../compute/index.js";
import { type Conversion, type DialectTable, defineDialect, sameAs } from "./dialect.js";

const convex = (source: string, name: string, standard: number, domain: "half" | "full") =>
  defineDialect({
    source,
    formula: `(1 − ${name}) invariance + ${name} sigreg, on the ${domain} domain`,
    coefficients: { [name]: { default: standard, min: 0, max: 1, doc: "weight of SIGReg, convex" } },
    convert: (given) => sameAs({ regularizerWeight: given[name]!, domain }),
  });

/** a invariance + b sigreg = (a + b) ((1 − λ) invariance + λ sigreg), λ = b / (a + b). */
function additive(invarianceWeight: number, sigregWeight: number, domain: string): Conversion {
  const factor = invarianceWeight + sigregWeight;
  return sameAs({ regularizerWeight: sigregWeight / factor, domain }, { factor });
}

export const lejepaDialects: DialectTable = {
  paper: convex("arXiv:2511.08544, algorithms 1 and 2", "lambda", 0.05, "full"),
  official: convex("rbalestr-lab/lejepa", "lamb", 0.02, "half"),
  lightly: convex("lightly-ai/lightly", "lambda_param", 0.02, "half"),
  eb_jepa: defineDialect({
    source: "facebookresearch/eb_jepa",
    formula: "mean (zA − zB)² + lmbd sigreg / B, at 10 points of [−3, 3] (not times B, additive)",
    coefficients: { lmbd: { default: 10, min: 0, doc: "weight of SIGReg, which is not multiplied by the batch size" } },
    // Each of two views is half of their distance from its mean: four times our invariance is their squared distance.
    convert: ({ lmbd }, { batchSize }) => additive(4, lmbd / batchSize, "coarse"),
  }),
  "stable-pretraining": defineDialect({
    source: "rbalestr-lab/stable-pretraining",
    formula: "invariance + lamb T of all views as one sample",
    coefficients: { lamb: { default: 0.02, min: 0, doc: "weight of SIGReg, additive" } },
    convert() {
      const hint =
        "It puts all views into one sample: views of an image are not independent, and T is another statistic, with no weight that makes up for it.";
      throw new ValueError("fromDialect", "dialect", "one that judges each view alone", "stable-pretraining", hint);
    },
  }),
};
