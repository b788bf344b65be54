import { resolveOptions, type Tree } from "darkmatter/compute";
import { vit } from "darkmatter/encoders";
import type { ParameterSpec, TensorsOf } from "darkmatter/nn";
import { normalInput, type StepModel, type StepShape, uniformInput } from "./step-model.js";

const HEAD_DIM = 64;

/**
 * ViT (width 192, depth 6, patches of 4 pixels on 32×32: 64 tokens, heads of 64).
 *   loss = mean (features − target)², target [B, width] fixed and random
 */
export function vitStep({ batch, width = 192, depth = 6, imageSize = 32 }: StepShape): StepModel {
  const config = { width, depth, numHeads: width / HEAD_DIM };
  const encoder = vit.build({ channels: 3, imageSize }, resolveOptions("vit", vit.options, config));
  return {
    parameters: encoder.parameters as Tree<ParameterSpec>,
    inputs: { images: uniformInput([batch, 3, imageSize, imageSize]), target: normalInput([batch, width]) },
    loss(parameters, { images, target }, mode) {
      const { features } = encoder.encode(parameters as TensorsOf<typeof encoder.parameters>, images!, mode);
      return features.sub(target!).square().mean();
    },
  };
}
