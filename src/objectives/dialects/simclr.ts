/** Dialects of SimCLR's NT-Xent: one formula, defaults that differ, and once a sum instead of a mean. */
import { type DialectTable, defineDialect, sameAs } from "./dialect.js";

const ntXent = (source: string, standard: number, factor = 1) =>
  defineDialect({
    source,
    formula: factor === 1 ? "ntXent" : `${factor} ntXent (the views' means are added)`,
    coefficients: { temperature: { default: standard, min: 0.01, max: 10, doc: "τ" } },
    convert: ({ temperature }) => sameAs({ temperature }, { factor }),
  });

export const simclrDialects: DialectTable = {
  official: ntXent("google-research/simclr", 0.1, 2),
  lightly: ntXent("lightly-ai/lightly", 0.5),
  "solo-learn": ntXent("vturrisi/solo-learn", 0.2),
  "stable-pretraining": ntXent("rbalestr-lab/stable-pretraining", 0.5),
};
