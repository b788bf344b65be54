/** Encoders small enough for gradient checks and parity tests. */
import { lookUp, resolveOptions } from "../../compute/index.js";
import { encoders } from "../catalog.js";
import type { Encoder, EncoderDefinition, ImageShape } from "../encoder.js";

/** Options by encoder; one that is not here is tested at its defaults. */
export const tinyOptions: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  convnet: { width: 2, stages: 2, depth: 2 },
  convnext: { width: 4, stages: 2, depth: 1, kernelSize: 3, mlpRatio: 2, layerScale: 0.5 },
  mlp: { width: 6, depth: 2 },
  placeConvnet: { width: 2, stages: 2, featureDim: 5 },
  resnet: { width: 2, stages: 2 },
  seriesConvnet: { width: 2, stages: 2, kernelSize: 3 },
  seriesTransformer: { patchSize: 2, width: 4, depth: 1, numHeads: 2, mlpRatio: 2 },
  vit: { patchSize: 4, width: 4, depth: 1, numHeads: 2, mlpRatio: 2 },
};

export function tinyEncoder(name: string, images: ImageShape = { channels: 2, imageSize: 8 }): Encoder {
  const definition = lookUp<EncoderDefinition>("tinyEncoder", "encoder", encoders, name);
  return definition.build(images, resolveOptions(name, definition.options, tinyOptions[name]));
}

export const tinyConvnet = (images?: ImageShape): Encoder => tinyEncoder("convnet", images);
export const tinyVit = (images?: ImageShape): Encoder => tinyEncoder("vit", images);
