/** The worst that can happen. Source: Wald 1945, Annals of Mathematics 46. */
import type { RiskDefinition } from "./risk.js";

const maxOptions = {} as const;

/** The highest cost among the futures that have any chance, however small. */
export const max: RiskDefinition<typeof maxOptions> = {
  name: "max",
  summary: "the cost of the worst future that is possible",
  source: "doi:10.2307/1969022",
  options: maxOptions,
  create: () => (costs, chances) => {
    let worst = -1;
    for (const [k, cost] of costs.entries()) {
      if (chances[k]! > 0 && (worst < 0 || cost > costs[worst]!)) worst = k;
    }
    return costs.map((_, k) => Number(k === worst));
  },
};
