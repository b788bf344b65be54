/** What acting itself costs. Source: the control cost of linear quadratic regulators (Kalman 1960). */
import type { CostDefinition } from "./cost-definition.js";
import { distanceBetween, normOption } from "./vector-distance.js";

export const effortOptions = { norm: normOption("squaredL2") };

/** Σ_t ‖a_t‖ over all steps; the same in every future. */
export const effort: CostDefinition<typeof effortOptions, never> = {
  name: "effort",
  summary: "length of the actions, all steps together",
  source: "linear quadratic control",
  options: effortOptions,
  needs: [],
  create:
    ({ norm }) =>
    ({ numFutures }, { count, horizon, actionDim, actions }) => {
      const nothing = new Float32Array(actionDim);
      return Float64Array.from({ length: count * numFutures }, (_, path) => {
        const first = Math.floor(path / numFutures) * horizon;
        let sum = 0;
        for (let step = first; step < first + horizon; step++) {
          sum += distanceBetween(actions.subarray(step * actionDim, (step + 1) * actionDim), nothing, norm);
        }
        return sum;
      });
    },
};
