/** What a run has learnt. */
import type { HostArray, Tree } from "../compute/index.js";
import type { RunFolder } from "../train/index.js";

/** The tree under "encoder" of a run's last checkpoint, buffers included. */
export async function trainedEncoder(folder: RunFolder): Promise<Tree<HostArray>> {
  const { encoder } = (await folder.loadParameters()) as { readonly encoder: Tree<HostArray> };
  return encoder;
}
