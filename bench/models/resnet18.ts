import { resolveOptions, type Tree } from "darkmatter/compute";
import { resnet } from "darkmatter/encoders";
import type { ParameterSpec, TensorsOf } from "darkmatter/nn";
import { normalInput, type StepModel, type StepShape, uniformInput } from "./step-model.js";

/** BatchNorm over few images amplifies rounding: at batch 8 two memory formats of PyTorch differ by 4e-4 after 3 steps. */
const SMALL_BATCH = 16;
const SMALL_BATCH_TOLERANCE = 1e-2;

/**
 * ResNet-18 with the CIFAR stem (3×3, no pooling) on 32×32, BatchNorm with the statistics of the batch.
 *   loss = mean (features − target)², target [B, 512] fixed and random
 */
export function resnet18Step({ batch, imageSize = 32 }: StepShape): StepModel {
  const encoder = resnet.build({ channels: 3, imageSize }, resolveOptions("resnet", resnet.options, { depth: 18 }));
  return {
    parameters: encoder.parameters as Tree<ParameterSpec>,
    inputs: {
      images: uniformInput([batch, 3, imageSize, imageSize]),
      target: normalInput([batch, encoder.featureDim]),
    },
    ...(batch < SMALL_BATCH ? { laterTolerance: SMALL_BATCH_TOLERANCE } : {}),
    loss(parameters, { images, target }, mode) {
      const { features } = encoder.encode(parameters as TensorsOf<typeof encoder.parameters>, images!, mode);
      return features.sub(target!).square().mean();
    },
  };
}
