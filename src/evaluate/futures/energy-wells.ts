/** Does an energy have a well at each branch? F(x, y) = min_z E(x, y, z), lower where y fits x better. */
import { type Key, ValueError } from "../../compute/index.js";
import { areaUnderRocEstimate } from "../area-under-roc.js";
import { type Estimate, wilsonEstimate } from "../intervals.js";
import { bootstrapMean } from "./bootstrap-mean.js";

/** Energies of candidate futures at one place, all in the model's own unit. */
export interface BranchEnergies {
  /** F of each future that can happen: left and right. */
  readonly valid: readonly number[];
  /** F of the future halfway between them, which cannot. */
  readonly midpoint: number;
  /** F of others that cannot happen. */
  readonly impossible: readonly number[];
}

export interface EnergyWells {
  /** Share of trials in which every valid future has less energy than the midpoint. */
  readonly wells: Estimate;
  /** F(midpoint) less the highest F of a valid future, mean over trials. */
  readonly margin: Estimate;
  /** Chance that an impossible future has more energy than a valid one: .5 knows nothing, 1 tells all. */
  readonly auroc: Estimate;
}

/**
 * Two wells, their depth, and valid futures against impossible ones over all trials.
 * @param margin by how much, in the unit of the energies, the midpoint must lie higher to count
 * @throws ValueError for no trials, fewer than two valid futures, and energies that are not finite
 */
export function energyWells(
  trials: readonly BranchEnergies[],
  key: Key,
  { margin = 0 }: { readonly margin?: number } = {},
): EnergyWells {
  if (trials.length === 0) throw new ValueError("energyWells", "trials", "at least one trial", 0);
  for (const [i, { valid, midpoint, impossible }] of trials.entries()) {
    if (valid.length < 2) {
      throw new ValueError("energyWells", `trials[${i}].valid`, "energies of two futures at least", valid.length);
    }
    const wrong = [...valid, midpoint, ...impossible].find((energy) => !Number.isFinite(energy));
    if (wrong !== undefined) throw new ValueError("energyWells", `trials[${i}]`, "finite energies", wrong);
  }
  const margins = trials.map(({ valid, midpoint }) => midpoint - Math.max(...valid));
  return {
    wells: wilsonEstimate(margins.filter((depth) => depth > margin).length, margins.length),
    margin: bootstrapMean(margins, key),
    auroc: areaUnderRocEstimate(
      trials.map(({ valid, impossible }) => ({ negatives: valid, positives: impossible })),
      key,
    ),
  };
}
