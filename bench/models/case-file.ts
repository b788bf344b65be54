/**
 * What all sides of a bench start from: parameters and inputs, in a safetensors file that a peer in any language reads in
 * a few lines. Tensors are named parameters/<path> and inputs/<name>; the metadata holds the options of AdamW and, as
 * JSON, the paths of the parameters that decay.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { flattenTree, type HostArray, isHostArray, keyFor, type Tree, unflattenTree } from "darkmatter/compute";
import { initialise, isParameterSpec, type ParameterSpec } from "darkmatter/nn";
import { adamwOptions } from "darkmatter/optim";
import { decodeSafetensors, encodeSafetensors } from "darkmatter/train";
import { type Case, drawInputs, type StepModel } from "./step-model.js";
import { LEARNING_RATE, WEIGHT_DECAY } from "./training-step.js";

/** Write the start of a model to a file. */
export function writeCase(model: StepModel, path: string, seed = 0): void {
  const parameters = initialise(model.parameters, keyFor(seed, "parameters")) as Tree<HostArray>;
  const inputs = drawInputs(model, keyFor(seed, "inputs"));
  const tensors = flattenTree({ parameters, inputs } as Tree<HostArray>, isHostArray);
  const decayed = [...flattenTree<ParameterSpec>(model.parameters, isParameterSpec)]
    .filter(([, { role }]) => role === "weight")
    .map(([name]) => name);
  const metadata = {
    learningRate: String(LEARNING_RATE),
    weightDecay: String(WEIGHT_DECAY),
    firstDecay: String(adamwOptions.firstDecay.default),
    secondDecay: String(adamwOptions.secondDecay.default),
    epsilon: String(adamwOptions.epsilon.default),
    decayed: JSON.stringify(decayed),
  };
  writeFileSync(path, Buffer.concat(encodeSafetensors({ tensors, metadata })));
}

export function readCase(path: string): Case & { readonly metadata: Readonly<Record<string, string>> } {
  const { tensors, metadata } = decodeSafetensors(readFileSync(path), path);
  return { ...(unflattenTree(tensors) as unknown as Case), metadata };
}
