/** Coefficients of other libraries, in ours. */
import { lookUp, resolveOptions } from "../../compute/index.js";
import type { ProjectionDims } from "../objective.js";
import { barlowTwinsDialects } from "./barlow-twins.js";
import type { Conversion, DialectTable } from "./dialect.js";
import { lejepaDialects } from "./lejepa.js";
import { byolDialects, simSiamDialects } from "./prediction.js";
import { simclrDialects } from "./simclr.js";
import { vicregDialects } from "./vicreg.js";

export type { Conversion, Dialect, DialectTable } from "./dialect.js";

/** By objective, then by dialect. */
export const dialects: Readonly<Record<string, DialectTable>> = {
  barlowTwins: barlowTwinsDialects,
  byol: byolDialects,
  lejepa: lejepaDialects,
  simclr: simclrDialects,
  simSiam: simSiamDialects,
  vicreg: vicregDialects,
};

/**
 * Our options for the loss that another library computes under these coefficients.
 *   their total = factor · our total + offset, for two views
 * @param objective name of an objective that has dialects
 * @param dialect its name, such as "solo-learn" or "eb_jepa"
 * @param coefficients under that library's own names; its defaults where left out
 * @param dims B and D: some dialects divide by them
 * @throws UnknownNameError for an unknown name; ValueError for a coefficient out of bounds, or a loss that none of our
 *   options give
 * @example fromDialect("vicreg", "eb_jepa", { std_coeff: 1, cov_coeff: 80 }, { batchSize: 256, projectionDim: 2048 })
 */
export function fromDialect(
  objective: string,
  dialect: string,
  coefficients: Readonly<Record<string, unknown>>,
  dims: ProjectionDims,
): Conversion {
  const known = lookUp("fromDialect", "objective with dialects", dialects, objective);
  const chosen = lookUp("fromDialect", `dialect of ${objective}`, known, dialect);
  return chosen.convert(resolveOptions(dialect, chosen.coefficients, coefficients), dims);
}
