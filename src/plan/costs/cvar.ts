/** The conditional value at risk. Source: Rockafellar and Uryasev 2002, Journal of Banking and Finance 26. */
import type { RiskDefinition } from "./risk.js";

export const cvarOptions = {
  tailShare: { default: 0.1, min: 1e-9, max: 1, doc: "α: the share of futures, the worst, whose mean counts; 1: all" },
} as const;

/**
 * The mean cost of the worst share α of the futures, exact for discrete chances: a future that lies across the border of
 * the tail counts with the part of its chance that lies in it. α = 1 is the mean, α → 0 the worst case.
 * Deviation in name: Rockafellar and Uryasev call this CVaR at level 1 − α.
 */
export const cvar: RiskDefinition<typeof cvarOptions> = {
  name: "cvar",
  summary: "the mean cost of the worst share of futures",
  source: "doi:10.1016/S0378-4266(02)00271-6",
  options: cvarOptions,
  create:
    ({ tailShare }) =>
    (costs, chances) => {
      const weights = new Float64Array(costs.length);
      let left = tailShare;
      for (const k of [...costs.keys()].sort((a, b) => costs[b]! - costs[a]!)) {
        const taken = Math.min(left, chances[k]!);
        weights[k] = taken / tailShare;
        left -= taken;
      }
      return weights;
    },
};
