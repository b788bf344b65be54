/** How odd the model finds its own predictions. Source: LeCun 2022, "A path towards autonomous machine intelligence". */
import { ValueError } from "../../compute/errors.js";
import type { CostDefinition } from "./cost-definition.js";
import { overOption, overSteps } from "./latent-paths.js";

export const energyOptions = { over: overOption("sum") };

/**
 * The energies that came with the paths: a prediction's error as a head expects it, or how far an ensemble disagrees.
 * As a cost in planning it has been found to gain little; as a guardrail, with a limit from calibration, it warns.
 * @throws ValueError if the model gives none
 */
export const energy: CostDefinition<typeof energyOptions, never> = {
  name: "energy",
  summary: "energy of the predictions, as the model reports it",
  source: "openreview.net/forum?id=BZ5a1r-kVsf",
  options: energyOptions,
  needs: [],
  create:
    ({ over }) =>
    (paths) => {
      const { energies } = paths;
      if (energies === undefined) {
        const hint = "This model does not say how sure it is: leave this cost out, or let its rollout give energies.";
        throw new ValueError("energy", "energies", "given with the paths", undefined, hint);
      }
      return overSteps(paths, over, (_state, step) => energies[step]!);
    },
};
