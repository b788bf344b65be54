/** What the tfjs peers of the step benches share: the case they start from, AdamW, the protocol of the sides. */

import { createRequire } from "node:module";
import { setThreadsCount } from "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import { flattenTree, type HostArray, isHostArray } from "darkmatter/compute";
import { argumentOf } from "../frame/bench.js";
import { versionOf } from "../frame/package-version.js";
import { serveSteps } from "../frame/serve-steps.js";
import { readCase } from "../models/case-file.js";

// Gradients are registered by a module that Node's loader of ES modules cannot read: it imports a folder.
createRequire(import.meta.url)("@tensorflow/tfjs-core/dist/register_all_gradients");

/** Variables and inputs of a case by path, in the layouts of tfjs: images [.., H, W, C], kernels [k, k, Cin, Cout]. */
export interface TfjsCase {
  readonly variable: (path: string) => tf.Variable;
  readonly has: (path: string) => boolean;
  readonly input: (name: string) => tf.Tensor;
  readonly option: (name: string) => number;
}

/** Start wasm, read the case named on the command line, and serve steps of this loss. */
export async function serveTfjs(lossOf: (given: TfjsCase) => tf.Tensor): Promise<void> {
  const args = process.argv.slice(2);
  setThreadsCount(Number(argumentOf(args, "threads")));
  if (!(await tf.setBackend("wasm"))) throw new Error("the wasm backend of tfjs does not start here");
  // tfjs has a binary with threads but does not load it in Node (its flag says so): one thread there.
  const hasThreads = await tf.env().getAsync("WASM_HAS_MULTITHREAD_SUPPORT");
  const { parameters, inputs, metadata } = readCase(argumentOf(args, "case")!);
  const variables = new Map<string, tf.Variable>();
  for (const [path, array] of flattenTree<HostArray>(parameters, isHostArray)) {
    const isStatistic = path.endsWith("/runningMean") || path.endsWith("/runningVariance");
    variables.set(path, tf.variable(inLayoutOfTfjs(array, path), !isStatistic, path));
  }
  const given: TfjsCase = {
    variable: (path) => variables.get(path) ?? missing(path),
    has: (path) => variables.has(path),
    input: (name) => (constants[name] ??= inLayoutOfTfjs(inputs[name] ?? missing(name), name)),
    option: (name) => Number(metadata[name]),
  };
  const constants: Record<string, tf.Tensor> = {};
  const trained = [...variables.values()].filter(({ trainable }) => trainable);
  const decayed = new Set<string>(JSON.parse(metadata.decayed!));
  const update = adamw(given, decayed);
  for (const name of Object.keys(inputs)) given.input(name);

  async function step() {
    const started = performance.now();
    const loss = tf.tidy(() => {
      const { value, grads } = tf.variableGrads(() => lossOf(given) as tf.Scalar, trained);
      update(trained, grads);
      return value;
    });
    const [value] = await loss.data();
    loss.dispose();
    return { seconds: (performance.now() - started) / 1000, loss: value! };
  }
  const threads = hasThreads ? Number(argumentOf(args, "threads")) : 1;
  await serveSteps({ side: `tfjs ${versionOf("@tensorflow/tfjs-core")} wasm`, threads }, step);
}

/** tfjs's own Adam after the decay of the weights. */
function adamw({ option }: TfjsCase, decayed: ReadonlySet<string>) {
  const adam = tf.train.adam(option("learningRate"), option("firstDecay"), option("secondDecay"), option("epsilon"));
  const keep = 1 - option("learningRate") * option("weightDecay");
  return (trained: readonly tf.Variable[], gradients: tf.NamedTensorMap): void => {
    for (const variable of trained) if (decayed.has(variable.name)) variable.assign(tf.mul(variable, keep));
    adam.applyGradients(gradients as never);
  };
}

/** Kernels and images with their channels last. */
function inLayoutOfTfjs({ data, shape }: HostArray, path: string): tf.Tensor {
  const tensor = tf.tensor(data, [...shape]);
  if (path.endsWith("weight") && shape.length === 4) return tf.transpose(tensor, [2, 3, 1, 0]);
  const first = shape.length - 3;
  if (path !== "images") return tensor;
  return tf.transpose(tensor, [...shape.keys()].slice(0, first).concat(first + 1, first + 2, first));
}

function missing(name: string): never {
  throw new Error(`the case has no ${name}`);
}
