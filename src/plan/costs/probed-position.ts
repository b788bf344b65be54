/** The distance, in the unit of a probe, between what it reads and what it should read. Own design. */
import { ShapeError } from "../../compute/errors.js";
import type { CostDefinition } from "./cost-definition.js";
import { overOption, overSteps } from "./latent-paths.js";
import { distanceBetween, normOption } from "./vector-distance.js";

export const probedPositionOptions = { over: overOption("last"), norm: normOption("L2") };

/**
 * ‖readout(z_t) − target‖: of a position, in its own unit.
 * @throws ShapeError if the readout gives another number of values than the target has
 */
export const probedPosition: CostDefinition<typeof probedPositionOptions, "readout" | "target"> = {
  name: "probedPosition",
  summary: "distance of the place that a probe reads from the place it should read",
  source: "own design",
  options: probedPositionOptions,
  needs: ["readout", "target"],
  create:
    ({ over, norm }, { readout, target }) =>
    (paths) =>
      overSteps(paths, over, (state) => {
        const read = readout(state);
        if (read.length !== target.length) {
          throw new ShapeError("probedPosition", "target", [read.length], [target.length]);
        }
        return distanceBetween(read, target, norm);
      }),
};
