import { expectShape, type Tensor } from "../compute/index.js";
import type { Encoding } from "./encoder.js";

/** The encoding a square map [B, D, g, g] holds: its places are the tokens, their mean the features. */
export function encodingOfMap(encoder: string, map: Tensor): Encoding {
  const [B, D, gridSize] = expectShape(encoder, "map", map, ["B", "D", "g", "g"]);
  const places = map.reshape([B, D, gridSize * gridSize]); // [B, D, N]
  return { features: places.mean(-1), tokens: places.transpose([0, 2, 1]), gridSize };
}
