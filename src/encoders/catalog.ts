/** The encoders there are. */
import type { EncoderDefinition } from "./encoder.js";
import * as exported from "./index.js";

export const encoders = exported satisfies Record<string, EncoderDefinition>;
export type EncoderName = keyof typeof encoders;
