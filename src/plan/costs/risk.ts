/** From the costs of several futures to one: what every way of weighing them declares. */
import type { ConfigOf, OptionTable } from "../../compute/options.js";
import { chancesOf, type LatentPaths } from "./latent-paths.js";

/**
 * How much each future counts, [numFutures], summing to 1: total = Σ_k weight_k cost_k.
 * Every coherent risk has this form (Artzner et al. 1999), so that what a risk is made of can be told apart term by term.
 * @param costs of the futures of one candidate
 * @param chances of these futures
 */
export type RiskMeasure = (costs: Float64Array, chances: Float64Array) => Float64Array;

/** One way of weighing futures: an entry of the catalogue. */
export interface RiskDefinition<Options extends OptionTable = OptionTable> {
  readonly name: string;
  /** One sentence for lists. */
  readonly summary: string;
  readonly source: string;
  readonly options: Options;
  create(config: ConfigOf<Options>): RiskMeasure;
}

/** Costs [count, numFutures] of paths, weighed: one number and the weights behind it for each candidate. */
export interface Weighed {
  /** [count] */
  readonly totals: Float64Array;
  /** [count, numFutures] */
  readonly weights: Float64Array;
}

/** Futures without any chance do not count; a possible future whose cost is no number makes the total none. */
export function overFutures(costs: Float64Array, paths: LatentPaths, risk: RiskMeasure): Weighed {
  const { count, numFutures } = paths;
  const [totals, weights] = [new Float64Array(count), new Float64Array(count * numFutures)];
  for (let i = 0; i < count; i++) {
    const own = costs.subarray(i * numFutures, (i + 1) * numFutures);
    const chances = chancesOf(paths, i);
    const isUnknown = own.some((cost, k) => chances[k]! > 0 && Number.isNaN(cost));
    if (isUnknown) totals[i] = Number.NaN;
    else {
      const weighed = risk(own, chances);
      weights.set(weighed, i * numFutures);
      totals[i] = weightedSum(own, weighed);
    }
  }
  return { totals, weights };
}

/** Σ_k weight_k cost_k over what has any weight: an infinite cost that does not count adds nothing. */
export function weightedSum(costs: Float64Array, weights: Float64Array): number {
  return weights.reduce((sum, weight, k) => (weight > 0 ? sum + weight * costs[k]! : sum), 0);
}
