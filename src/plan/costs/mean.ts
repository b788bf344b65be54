/** The expected cost. */
import type { RiskDefinition } from "./risk.js";

const meanOptions = {} as const;

/** Σ_k chance_k cost_k: a rare disaster counts as little as it is likely. */
export const mean: RiskDefinition<typeof meanOptions> = {
  name: "mean",
  summary: "the expected cost over all futures",
  source: "expected utility",
  options: meanOptions,
  create: () => (_costs, chances) => chances,
};
