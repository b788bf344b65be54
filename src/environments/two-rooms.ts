/** Two rooms, exactly. Source: eb_jepa (facebookresearch/eb_jepa), after Sobal et al. 2025, arXiv:2502.14819 (PLDM). */
import type { ConfigOf } from "../compute/options.js";
import type { Environment } from "./environment.js";
import { PLAN_SIZE } from "./two-rooms/layout.js";
import { type TwoRoomsState, twoRoomsOptions, twoRoomsWorld } from "./two-rooms/world.js";

const DOT_STD = 1.3;

/**
 * A dot in two rooms, seen from above at 65 × 65 pixels: channel 0 the dot, channel 1 what is solid. Actions [2] are steps
 * in pixels. Success is a distance below 4.5 px at step 200 (eb_jepa), or below √2 px at any step (PLDM).
 * Data: 91 steps whose directions turn by von Mises angles (κ = 5), lengths from 0.2 to 1.8 px, 35 % through the door.
 * Deviations: upstream divides by dx at walls, so that a step with dx = 0 counts as inside the door or gives no position
 * at all; here it meets what lies across y. A fifth of the layouts is held out; upstream draws them again from all.
 */
export const twoRooms: Environment<typeof twoRoomsOptions, TwoRoomsState> = {
  name: "twoRooms",
  summary: "a dot finds the door between two rooms, at 65 pixels",
  source: "facebookresearch/eb_jepa; arXiv:2502.14819",
  options: twoRoomsOptions,
  judgedUnder: { layouts: "heldOut", dynamics: "evaluation" },
  create: (config: ConfigOf<typeof twoRoomsOptions>) =>
    twoRoomsWorld("twoRooms", config, { size: PLAN_SIZE, dotStd: DOT_STD }),
};
