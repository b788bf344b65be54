/** A number that a probe or a critic reads is itself the cost. Own design. */
import type { CostDefinition } from "./cost-definition.js";
import { overOption, overSteps } from "./latent-paths.js";

export const probedValueOptions = { over: overOption("last") };

/** readout(z_t), its first number: how dangerous a place is, or, of the last step, what a critic expects after the horizon. */
export const probedValue: CostDefinition<typeof probedValueOptions, "readout"> = {
  name: "probedValue",
  summary: "the number that a probe or a critic reads",
  source: "own design",
  options: probedValueOptions,
  needs: ["readout"],
  create:
    ({ over }, { readout }) =>
    (paths) =>
      overSteps(paths, over, (state) => readout(state)[0] ?? Number.NaN),
};
