/** A distance that was learned, or looked up in a table. Source: Wang et al. 2023, arXiv:2304.01203 (quasimetrics of steps). */
import type { CostDefinition } from "./cost-definition.js";
import { overOption, overSteps } from "./latent-paths.js";

export const learnedDistanceOptions = { over: overOption("last") };

/** The distance that was given, from each latent to the goal's: the number of steps that a head predicts, or a table. */
export const learnedDistance: CostDefinition<typeof learnedDistanceOptions, "goal" | "distance"> = {
  name: "learnedDistance",
  summary: "a distance to the goal that was learned or looked up",
  source: "arXiv:2304.01203",
  options: learnedDistanceOptions,
  needs: ["goal", "distance"],
  create:
    ({ over }, { goal, distance }) =>
    (paths) =>
      overSteps(paths, over, (state) => distance(state, goal)),
};
