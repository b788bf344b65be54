/** What a run has learnt. */
import { type HostArray, lookUp, type Tree } from "../compute/index.js";
import { objectives } from "../objectives/catalog.js";
import type { Objective } from "../objectives/index.js";
import type { RunFolder, TrainConfig } from "../train/index.js";

/**
 * The tree under "encoder" of a run's last checkpoint, buffers included: of the encoder that gradients trained, or of its
 * averaged copy where the objective says that this is the one to keep.
 */
export async function trainedEncoder(folder: RunFolder): Promise<Tree<HostArray>> {
  const { encoder } = (await folder.loadParameters(evaluatedCopy(folder.config))) as {
    readonly encoder: Tree<HostArray>;
  };
  return encoder;
}

/** Which encoder is evaluated and exported, where an objective has two. */
export function evaluatedCopy({ objective }: Pick<TrainConfig, "objective">): "online" | "target" {
  return lookUp<Objective>("eval", "objective", objectives, objective.name).evaluates ?? "online";
}
