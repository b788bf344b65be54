/** The masks there are. */
import * as exported from "./index.js";
import type { Mask } from "./mask.js";

export const masks = exported satisfies Record<string, Mask>;
export type MaskName = keyof typeof masks;
