/** Layers without parameters. */
import type { Tensor } from "../compute/index.js";
import type { Layer } from "./layer.js";
import { show } from "./observe.js";

type NoParameters = Readonly<Record<string, never>>;

/** max(x, 0); units are channels, axis 1. */
export const relu: Layer<NoParameters> = activation((x) => x.relu(), 1);

/** x Φ(x), exact; units are the last axis. */
export const gelu: Layer<NoParameters> = activation((x) => x.gelu(), -1);

/** The same where units are channels, axis 1. */
export const channelGelu: Layer<NoParameters> = activation((x) => x.gelu(), 1);

function activation(of: (x: Tensor) => Tensor, unitAxis: number): Layer<NoParameters> {
  return {
    parameters: {},
    apply(_parameters, x, mode) {
      const y = of(x);
      show(mode, "activation", y, unitAxis);
      return y;
    },
  };
}
