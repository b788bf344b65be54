/** The model a config describes: encoder, head and objective, and the averaged copy that some objectives learn from. */
import {
  type Branch,
  type ConfigOf,
  flattenTree,
  lookUp,
  type OptionTable,
  resolveOptions,
  ValueError,
} from "../compute/index.js";
import { encoders } from "../encoders/catalog.js";
import type { Encoder, EncoderDefinition } from "../encoders/index.js";
import { isParameterSpec, type ParameterSpec } from "../nn/index.js";
import { objectives } from "../objectives/catalog.js";
import { type Head, projectionHead } from "../objectives/head.js";
import type { Objective } from "../objectives/index.js";
import { encodedKind, type TrainConfig } from "./config.js";

/** Parameters by module: "encoder", then those of the head. */
export type ModelSpecs = { readonly encoder: Encoder["parameters"] } & Readonly<Record<string, Branch<ParameterSpec>>>;

export interface Model {
  readonly encoder: Encoder;
  readonly head: Head;
  readonly objective: Objective;
  readonly objectiveConfig: ConfigOf<OptionTable>;
  /** All parameters, trained ones and buffers. */
  readonly specs: ModelSpecs;
  /** Those of the averaged copy: the encoder, and the head's `targetModules`. Absent without such a target. */
  readonly targetSpecs?: ModelSpecs;
  /** Role of each parameter by path. */
  readonly roles: ReadonlyMap<string, ParameterSpec["role"]>;
}

export type ModelConfig = Pick<TrainConfig, "objective" | "encoder" | "projector" | "imageSize" | "data">;

/** @throws UnknownNameError or ValueError for a name, an option, a size, or an encoder that does not fit the objective */
export function buildModel(config: ModelConfig): Model {
  const encoder = buildEncoder(config);
  const objective: Objective = lookUp<Objective>("train", "objective", objectives, config.objective.name);
  requireFit(objective, encoder, config);
  const objectiveConfig = resolveOptions(objective.name, objective.options, config.objective.options);
  const { imageSize, projector } = config;
  const { channels, clips } = config.data;
  const dims = { encoder, imageSize, channels, projector, actionDim: clips?.actionDim ?? 0 };
  const head = objective.head?.(dims, objectiveConfig) ?? projectionHead(dims);
  const specs: ModelSpecs = { encoder: encoder.parameters, ...head.modules };
  const leaves = flattenTree<ParameterSpec>(specs, isParameterSpec);
  return {
    encoder,
    head,
    objective,
    objectiveConfig,
    specs,
    ...(objective.needs.target === "ema" && { targetSpecs: targetSpecsOf(specs, head) }),
    roles: new Map([...leaves].map(([path, { role }]) => [path, role])),
  };
}

/** The encoder alone: what evaluation needs of a model. */
export function buildEncoder(config: Pick<TrainConfig, "encoder" | "imageSize" | "data">): Encoder {
  const definition: EncoderDefinition = lookUp<EncoderDefinition>("train", "encoder", encoders, config.encoder.name);
  requireSamples(definition, config);
  const options = resolveOptions(definition.name, definition.options, config.encoder.options);
  return definition.build({ channels: config.data.channels, imageSize: config.imageSize }, options);
}

function targetSpecsOf(specs: ModelSpecs, { targetModules = [] }: Head): ModelSpecs {
  const modules = targetModules.map((name) => [name, specs[name]!]);
  return { encoder: specs.encoder, ...Object.fromEntries(modules) };
}

/** Refuse an encoder of other samples than there are. */
function requireSamples({ name, takes }: EncoderDefinition, { data }: Pick<ModelConfig, "data">): void {
  const kind = encodedKind(data);
  if (takes === kind) return;
  const fitting = Object.values<EncoderDefinition>(encoders).filter((other) => other.takes === kind);
  const expected = `one that takes ${kind} (${fitting.map((other) => other.name).join(", ")})`;
  throw new ValueError("train", "encoder", expected, name, `"${name}" takes ${takes}.`);
}

/** Refuse an encoder that cannot give what the objective asks for, or samples that it has no views of. */
function requireFit({ name, needs }: Objective, encoder: Encoder, config: ModelConfig): void {
  const isInTime = config.data.kind === "clips";
  if (isInTime !== (needs.inTime ?? false)) {
    const all = Object.values<Objective>(objectives).filter((other) => (other.needs.inTime ?? false) === isInTime);
    const expected = `one ${isInTime ? "for clips, in time" : "that compares views"} (${all.map((other) => other.name).join(", ")})`;
    const hint = isInTime
      ? `${name} compares views of one image, and the views of a clip are moments.`
      : `${name} predicts what comes next: it is for episodes.`;
    throw new ValueError("train", "objective", expected, name, hint);
  }
  const isForSeries = ({ tokens, masking, inTime }: Objective["needs"]) =>
    tokens === "pooled" && masking === "none" && !inTime;
  if (config.data.kind === "series" && !isForSeries(needs)) {
    const fitting = Object.values<Objective>(objectives).filter((other) => isForSeries(other.needs));
    const expected = `one that compares whole views (${fitting.map((other) => other.name).join(", ")})`;
    throw new ValueError("train", "objective", expected, name, `${name} hides parts of images, and these are series.`);
  }
  const hidesPlaces = needs.masking === "random" || needs.masking === "block" || needs.masking === "tube";
  if (hidesPlaces && !encoder.encodesVisible) {
    const hint = `${name} hides places of an image, and "${config.encoder.name}" must see all of them. Use --encoder vit.`;
    throw new ValueError("train", "encoder", "one that encodes some places alone", config.encoder.name, hint);
  }
  if (hidesPlaces && encoder.gridSizeOf(config.imageSize) < 2) {
    const hint = `At ${config.imageSize} pixels "${config.encoder.name}" has one. Choose larger images or smaller patches.`;
    throw new ValueError("train", "imageSize", `large enough for several places, for ${name}`, config.imageSize, hint);
  }
}
