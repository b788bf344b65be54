/** Two rooms with cheaper eyes. */
import type { ConfigOf } from "../compute/options.js";
import type { Environment } from "./environment.js";
import { type TwoRoomsState, twoRoomsOptions, twoRoomsWorld } from "./two-rooms/world.js";

const SIZE = 28;
/** In pixels of the small picture: narrower, the dot would flicker from pixel to pixel instead of moving. */
const DOT_STD = 0.8;

/**
 * The plan, steps, data and success of `twoRooms`, in its pixels, seen at 28 × 28: a quarter of the work for an encoder.
 * Numbers of it never stand in one column with those of the 65-pixel world.
 */
export const twoRoomsMini: Environment<typeof twoRoomsOptions, TwoRoomsState> = {
  name: "twoRoomsMini",
  summary: "the same two rooms, seen at 28 pixels",
  source: "facebookresearch/eb_jepa, made smaller",
  options: twoRoomsOptions,
  judgedUnder: { layouts: "heldOut", dynamics: "evaluation" },
  create: (config: ConfigOf<typeof twoRoomsOptions>) =>
    twoRoomsWorld("twoRoomsMini", config, { size: SIZE, dotStd: DOT_STD }),
};
