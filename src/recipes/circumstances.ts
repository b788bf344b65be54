/** What the doctor must know of a run to judge it and to name what would help. */
import { lookUp } from "../compute/index.js";
import type { ChangedOption, DiagnoseOptions, KeptApartBy } from "../evaluate/index.js";
import { objectives } from "../objectives/catalog.js";
import type { Objective } from "../objectives/index.js";
import type { TrainConfig } from "../train/index.js";

/** @throws UnknownNameError for an objective that is not known any more */
export function diagnoseOptionsOf(config: TrainConfig): DiagnoseOptions {
  const objective: Objective = lookUp<Objective>("doctor", "objective", objectives, config.objective.name);
  const { learningRate, weightDecay, batchSize, totalSteps, data } = config;
  return {
    target: objective.projectionTarget,
    circumstances: {
      ...{ learningRate, weightDecay, batchSize, totalSteps },
      numImages: data.numImages,
      keptApartBy: keptApartBy(objective),
      changedOptions: changesOf(objective, config.objective.options),
    },
  };
}

function keptApartBy({ needs }: Objective): KeptApartBy {
  if (needs.target !== "none") return "target";
  return needs.masking === "none" ? "loss" : "pixels";
}

function changesOf({ options }: Objective, given: TrainConfig["objective"]["options"]): ChangedOption[] {
  return Object.entries(options).flatMap(([name, { default: published }]) => {
    const value = given[name];
    return value === undefined || value === published ? [] : [{ name, value, published }];
  });
}
