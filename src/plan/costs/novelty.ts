/** How far from everything known. Source: nearest-neighbour novelty, Lehman and Stanley 2011, Evolutionary Computation 19. */
import { ShapeError } from "../../compute/errors.js";
import type { CostDefinition } from "./cost-definition.js";
import { overOption, overSteps } from "./latent-paths.js";
import { distanceBetween, normOption } from "./vector-distance.js";

export const noveltyOptions = { over: overOption("max"), norm: normOption("L2") };

/**
 * min_i ‖z_t − known_i‖: leaving what the model was trained on costs; its opposite (`avoid`) is curiosity.
 * Reads every known state for every step: a few hundred of them, well chosen, are enough.
 * @throws ShapeError unless the known states are [n, dim], n ≥ 1
 */
export const novelty: CostDefinition<typeof noveltyOptions, "knownStates"> = {
  name: "novelty",
  summary: "distance from the nearest known state",
  source: "doi:10.1162/EVCO_a_00025",
  options: noveltyOptions,
  needs: ["knownStates"],
  create:
    ({ over, norm }, { knownStates }) =>
    (paths) => {
      const { dim } = paths;
      if (knownStates.length === 0 || knownStates.length % dim !== 0) {
        throw new ShapeError("novelty", "knownStates", ["n", dim], [knownStates.length]);
      }
      const known = Array.from({ length: knownStates.length / dim }, (_, i) =>
        knownStates.subarray(i * dim, (i + 1) * dim),
      );
      return overSteps(paths, over, (state) =>
        known.reduce(
          (nearest, other) => Math.min(nearest, distanceBetween(state, other, norm)),
          Number.POSITIVE_INFINITY,
        ),
      );
    },
};
