/** What a twin in another framework starts from: our parameters before the first step, and the config of the run. */
import { writeFileSync } from "node:fs";
import { join as joinPath } from "node:path";
import { flattenTree, type HostArray, isHostArray, type Tree } from "darkmatter/compute";
import { join } from "darkmatter/nn";
import { encodeSafetensors, type TrainConfig, type Trainer } from "darkmatter/train";

export interface TwinCase {
  /** Safetensors as in models/case-file.ts. */
  readonly case: string;
  /** JSON of the config. */
  readonly config: string;
}

/** Write both files into a folder. */
export function writeTwinCase(trainer: Pick<Trainer, "config" | "initial" | "model">, folder: string): TwinCase {
  const { config, initial, model } = trainer;
  const parameters = join<HostArray>(initial.trainable, initial.buffers);
  const tensors = flattenTree({ parameters } as Tree<HostArray>, isHostArray);
  const paths = { case: joinPath(folder, "start.safetensors"), config: joinPath(folder, "config.json") };
  writeFileSync(paths.case, Buffer.concat(encodeSafetensors({ tensors, metadata: metadataOf(config, model.roles) })));
  writeFileSync(paths.config, JSON.stringify(config));
  return paths;
}

function metadataOf(config: TrainConfig, roles: Trainer["model"]["roles"]): Record<string, string> {
  const { firstDecay, secondDecay, epsilon } = config.optimizer.options;
  const decayed = [...roles].filter(([, role]) => role === "weight").map(([path]) => path);
  return {
    learningRate: String(config.learningRate),
    weightDecay: String(config.weightDecay),
    ...{ firstDecay: String(firstDecay), secondDecay: String(secondDecay), epsilon: String(epsilon) },
    decayed: JSON.stringify(decayed),
  };
}
