/** Layers without parameters. */
import type { Layer } from "./layer.js";

type NoParameters = Readonly<Record<string, never>>;

/** max(x, 0). */
export const relu: Layer<NoParameters> = { parameters: {}, apply: (_parameters, x) => x.relu() };

/** x Φ(x), exact. */
export const gelu: Layer<NoParameters> = { parameters: {}, apply: (_parameters, x) => x.gelu() };
