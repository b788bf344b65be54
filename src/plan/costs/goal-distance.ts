/** The distance to a goal's latent. Source: eb_jepa (facebookresearch/eb_jepa); V-JEPA 2-AC, arXiv:2506.09985, with L1. */
import { ShapeError } from "../../compute/errors.js";
import type { CostDefinition } from "./cost-definition.js";
import { overOption, overSteps } from "./latent-paths.js";
import { distanceBetween, normOption } from "./vector-distance.js";

export const goalDistanceOptions = { over: overOption("last"), norm: normOption("squaredL2") };

/**
 * ‖z_t − z_goal‖, of the last step, summed over steps, or of the worst.
 * @throws ShapeError for a goal of another width than the latents
 */
export const goalDistance: CostDefinition<typeof goalDistanceOptions, "goal"> = {
  name: "goalDistance",
  summary: "distance to the latent of the goal",
  source: "facebookresearch/eb_jepa; arXiv:2506.09985",
  options: goalDistanceOptions,
  needs: ["goal"],
  create:
    ({ over, norm }, { goal }) =>
    (paths) => {
      if (goal.length !== paths.dim) throw new ShapeError("goalDistance", "goal", [paths.dim], [goal.length]);
      return overSteps(paths, over, (state) => distanceBetween(state, goal, norm));
    },
};
