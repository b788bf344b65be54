/** A look inside an encoder: one small program, traced once a run, that gives the meters of every layer. */
import {
  compile,
  type Engine,
  type EngineOptions,
  float32Spec,
  type HostArray,
  type Tensor,
  type Tree,
  trace,
} from "../../compute/index.js";
import type { Encoder } from "../../encoders/index.js";
import { type Observation, trainingMode } from "../../nn/index.js";
import type { Features } from "../features.js";
import { featureStatistics, metrics } from "../metrics/index.js";
import { attentionEntropies, deadShare, type LayerMeters, pooledOutput } from "./layer-meters.js";

/** What an encoder makes of some images. */
export interface Look {
  /** [n, F] */
  readonly features: Features;
  /** By place: the path of the layer, joined by dots, as in "blocks.0.attention". */
  readonly layers: Readonly<Record<string, LayerMeters>>;
}

export interface LayerObserver {
  /**
   * @param parameters of the encoder, buffers included
   * @param images float32 [n, ...], as the observer was made for
   */
  look(parameters: Tree<HostArray>, images: HostArray): Promise<Look>;
  /** The features alone. */
  features(parameters: Tree<HostArray>, images: HostArray): Promise<Features>;
  close(): Promise<void>;
}

/**
 * Trace an encoder in training mode (norms by the statistics of these images; what they record is dropped), nothing
 * hidden, with its layers watched.
 * @param shape of the images, [n, C, S, S] or whatever the encoder takes
 */
export async function createLayerObserver(
  encoder: Encoder,
  shape: readonly number[],
  engine: Engine,
  engineOptions: EngineOptions = {},
): Promise<LayerObserver> {
  const program = await trace({ parameters: encoder.parameters, images: float32Spec(shape) }, (given) => {
    const { parameters, images } = given as unknown as { parameters: never; images: Tensor };
    const outputs: Record<string, Tensor> = {};
    const deadUnits: Record<string, Tensor> = {};
    const entropies: Record<string, Tensor> = {};
    const observe = (seen: Observation) => {
      const place = seen.path.replaceAll("/", ".");
      if (seen.kind === "output") outputs[place] = pooledOutput(seen);
      if (seen.kind === "activation") deadUnits[place] = deadShare(seen);
      const entropy = seen.kind === "attention" ? attentionEntropies(seen) : undefined;
      if (entropy !== undefined) entropies[place] = entropy;
    };
    const { features } = encoder.encode(parameters, images, { ...trainingMode(), observe });
    return { features, outputs, deadUnits, entropies } as Tree<Tensor>;
  });
  const executable = await compile(program, engine, engineOptions);
  const show = async (parameters: Tree<HostArray>, images: HostArray) =>
    (await executable.run({ parameters, images } as never)) as unknown as Shown;
  return {
    async look(parameters, images) {
      const shown = await show(parameters, images);
      return { features: featuresOf(shown.features), layers: layersOf(shown) };
    },
    features: async (parameters, images) => featuresOf((await show(parameters, images)).features),
    close: () => executable.dispose(),
  };
}

/** What the program gives; a branch without leaves is missing. */
interface Shown {
  readonly features: HostArray;
  readonly outputs?: Readonly<Record<string, HostArray>>;
  readonly deadUnits?: Readonly<Record<string, HostArray>>;
  readonly entropies?: Readonly<Record<string, HostArray>>;
}

function layersOf({ outputs = {}, deadUnits = {}, entropies = {} }: Shown): Record<string, LayerMeters> {
  const places = new Set([...Object.keys(outputs), ...Object.keys(deadUnits), ...Object.keys(entropies)]);
  const metersOf = (place: string): LayerMeters => ({
    ...(outputs[place] && spreadOf(featuresOf(outputs[place]))),
    ...(deadUnits[place] && { deadUnits: deadUnits[place].data[0]! }),
    ...(entropies[place] && entropyOf(entropies[place])),
  });
  const inOrder = [...places].sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
  return Object.fromEntries(inOrder.map((place) => [place, metersOf(place)]));
}

function featuresOf({ shape, data }: HostArray): Features {
  const [numImages, dim] = shape as [number, number];
  return { numImages, dim, values: data as Float32Array };
}

function spreadOf(features: Features): LayerMeters {
  const maxRank = Math.min(features.numImages - 1, features.dim);
  const nothing = Number.NaN;
  if (!features.values.every(Number.isFinite)) {
    return { std: nothing, meanNormRatio: nothing, effectiveRank: nothing, maxRank };
  }
  const statistics = featureStatistics(features);
  return {
    std: metrics.perDimensionStd.of(statistics),
    meanNormRatio: metrics.meanNormRatio.of(statistics),
    effectiveRank: metrics.effectiveRank.of(statistics),
    maxRank,
  };
}

function entropyOf({ data }: HostArray): LayerMeters {
  const heads = Array.from(data);
  return {
    attentionEntropy: heads.reduce((sum, entropy) => sum + entropy, 0) / heads.length,
    leastAttentionEntropy: Math.min(...heads),
  };
}
