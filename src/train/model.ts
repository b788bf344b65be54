/** The model a config describes: encoder, projector and objective, and the way views pass through them. */
import {
  type ConfigOf,
  concat,
  flattenTree,
  lookUp,
  type OptionTable,
  resolveOptions,
  type Tensor,
} from "../compute/index.js";
import { encoders } from "../encoders/catalog.js";
import type { Encoder, EncoderDefinition } from "../encoders/index.js";
import { isParameterSpec, type Layer, type Mode, type ParameterSpec, type TensorsOf } from "../nn/index.js";
import { objectives } from "../objectives/catalog.js";
import type { Objective } from "../objectives/index.js";
import { projector } from "../objectives/projector.js";
import type { TrainConfig } from "./config.js";

/** A type, not an interface, so that it is a `Tree` by structure. */
export type ModelSpecs = {
  readonly encoder: Encoder["parameters"];
  readonly projector: Layer["parameters"];
};

export interface Model {
  readonly encoder: Encoder;
  readonly projector: Layer;
  readonly objective: Objective;
  readonly objectiveConfig: ConfigOf<OptionTable>;
  /** All parameters, trained ones and buffers. */
  readonly specs: ModelSpecs;
  /** Role of each parameter by path. */
  readonly roles: ReadonlyMap<string, ParameterSpec["role"]>;
}

type ModelConfig = Pick<TrainConfig, "objective" | "encoder" | "projector" | "imageSize" | "data">;

/** @throws UnknownNameError or ValueError for a name, an option or a size that does not fit */
export function buildModel(config: ModelConfig): Model {
  const definition: EncoderDefinition = lookUp<EncoderDefinition>("train", "encoder", encoders, config.encoder.name);
  const encoderConfig = resolveOptions(definition.name, definition.options, config.encoder.options);
  const encoder = definition.build({ channels: config.data.channels, imageSize: config.imageSize }, encoderConfig);
  const objective: Objective = lookUp<Objective>("train", "objective", objectives, config.objective.name);
  const head = projector(encoder.featureDim, config.projector);
  const specs = { encoder: encoder.parameters, projector: head.parameters };
  const leaves = flattenTree<ParameterSpec>(specs, isParameterSpec);
  return {
    encoder,
    projector: head,
    objective,
    objectiveConfig: resolveOptions(objective.name, objective.options, config.objective.options),
    specs,
    roles: new Map([...leaves].map(([path, { role }]) => [path, role])),
  };
}

/**
 * Encode views. Those of one size pass through together, so BatchNorm sees them all.
 * @param views one a view, each [B, C, H, W]
 * @returns one a view: features [B, F]
 */
export function encodeViews(
  model: Model,
  parameters: TensorsOf<ModelSpecs>["encoder"],
  views: readonly Tensor[],
  mode: Mode,
): Tensor[] {
  const features: Tensor[] = [];
  for (const size of new Set(views.map((view) => view.shape[3]!))) {
    const group = [...views.keys()].filter((v) => views[v]!.shape[3] === size);
    const joined = concat(
      group.map((v) => views[v]!),
      0,
    );
    const encoded = model.encoder.encode(parameters, joined, mode).features; // [group * B, F]
    encoded.split(0, group.length).forEach((part, i) => {
      features[group[i]!] = part;
    });
  }
  return features;
}

/**
 * Project the features of all views at once, so BatchNorm sees them all.
 * @param features one a view, each [B, F]
 * @returns one a view: projections [B, D]
 */
export function projectFeatures(
  model: Model,
  parameters: TensorsOf<ModelSpecs>["projector"],
  features: readonly Tensor[],
  mode: Mode,
): Tensor[] {
  const projected = model.projector.apply(parameters, concat(features, 0), mode); // [V * B, D]
  return projected.split(0, features.length);
}
