/** What a run has learnt. */
import { type HostArray, lookUp, type Tree } from "../compute/index.js";
import { objectives } from "../objectives/catalog.js";
import type { Objective } from "../objectives/index.js";
import type { RunFolder } from "../train/index.js";

/**
 * The tree under "encoder" of a run's last checkpoint, buffers included: of the encoder that gradients trained, or of its
 * averaged copy where the objective says that this is the one to keep.
 */
export async function trainedEncoder(folder: RunFolder): Promise<Tree<HostArray>> {
  const { evaluates = "online" } = lookUp<Objective>("eval", "objective", objectives, folder.config.objective.name);
  const { encoder } = (await folder.loadParameters(evaluates)) as { readonly encoder: Tree<HostArray> };
  return encoder;
}
