/** The head of DINO: how much each prototype looks like a view. */
import { concat, type Tensor } from "../compute/index.js";
import { fanInUniform, gelu, type Layer, linear, parameter, sequence, truncatedNormal, zeros } from "../nn/index.js";
import type { Head, HeadDims, HeadSide } from "./head.js";
import type { ProjectorConfig } from "./projector.js";

export interface DinoHeadOptions {
  readonly numPrototypes: number;
  /** Keep a running mean of the target's logits and subtract it. */
  readonly isCentred: boolean;
  /** How much of the centre stays each step. */
  readonly centreDecay: number;
}

/**
 * logits = ẑ ŵ,   ẑ = z / ‖z‖ of the projector's output (the bottleneck),   ŵ the prototypes, each of length 1
 * The prototypes follow their gradient only while `scalars.prototypeGate` is 1.
 * Targets are the target's logits of the global views less the centre, c ← decay c + (1 − decay) mean(logits): the mean
 * of this step counts from the next one on. The doctor watches ẑ.
 */
export function dinoHead(dims: HeadDims, { numPrototypes, isCentred, centreDecay }: DinoHeadOptions): Head {
  const config = dims.projector!;
  const project = geluProjector(dims.encoder.featureDim, config);
  const prototypes = { weight: parameter([config.outDim, numPrototypes], "weight", fanInUniform(config.outDim)) };
  const centre = isCentred ? { centre: { mean: parameter([numPrototypes], "buffer", zeros) } } : {};

  /** One pass over the views of a side: directions [V * B, D] and logits [V * B, K]. */
  function logitsOf({ encoded, parameters, mode }: HeadSide, gate?: Tensor) {
    const directions = project.apply(parameters.projector!, concat(encoded, 0), mode).normalizeL2();
    const weight = (parameters.prototypes as { readonly weight: Tensor }).weight;
    const learned = gate === undefined ? weight : gated(weight, gate);
    return { directions, logits: directions.matmul(learned.normalizeL2(0)) };
  }

  return {
    modules: { projector: project.parameters, prototypes, ...centre },
    targetModules: ["projector", "prototypes"],
    forward({ online, target, scalars }) {
      const { directions, logits } = logitsOf(online, scalars.prototypeGate);
      const targetLogits = logitsOf(target!).logits.stopGradient();
      const targets = isCentred ? targetLogits.sub(movingCentre(online, targetLogits, centreDecay)) : targetLogits;
      return {
        projections: logits.split(0, online.encoded.length),
        targets: targets.split(0, target!.encoded.length),
        watched: directions.split(0, online.encoded.length),
      };
    },
  };
}

/** The centre as it was before this step, after recording where this step moves it. */
function movingCentre({ parameters, mode }: HeadSide, logits: Tensor, decay: number): Tensor {
  const { mean } = parameters.centre as { readonly mean: Tensor };
  mode.updates.set(mean, mean.mul(decay).add(logits.mean(0).mul(1 - decay)));
  return mean;
}

/** The same value; its gradient times the gate. */
function gated(weight: Tensor, gate: Tensor): Tensor {
  const held = weight.stopGradient();
  return held.add(weight.sub(held).mul(gate));
}

/** numHiddenLayers × (linear → GELU), then linear: DINO's projector has no norms. */
function geluProjector(featureDim: number, { hiddenDim, numHiddenLayers, outDim }: ProjectorConfig): Layer {
  const start = { weightInit: truncatedNormal(0.02), biasInit: zeros };
  const hidden = Array.from({ length: numHiddenLayers }, (_, i) => [
    `hidden${i}`,
    sequence({ linear: linear(i === 0 ? featureDim : hiddenDim, hiddenDim, start), gelu }),
  ]);
  const lastInDim = numHiddenLayers === 0 ? featureDim : hiddenDim;
  return sequence({ ...Object.fromEntries(hidden), output: linear(lastInDim, outDim, start) }) as Layer;
}
