/**
 * What the jax-js peers of the step benches share: the case they start from, AdamW, and the protocol of the sides. Plain
 * jax-js on its wasm backend: one jitted function of parameters, slots and inputs, whose arrays stay on the device.
 */
import { defaultDevice, init, jit, numpy as np, valueAndGrad } from "@jax-js/jax";
import { flattenTree, type HostArray, isHostArray } from "darkmatter/compute";
import { argumentOf } from "../frame/bench.js";
import { versionOf } from "../frame/package-version.js";
import { serveSteps } from "../frame/serve-steps.js";
import { readCase } from "../models/case-file.js";

/** Arrays by path. Every use of an array consumes it; `.ref` keeps it for another. */
export type Arrays = Record<string, np.Array>;

/** Loss, and the next value of each buffer (BatchNorm's statistics). */
export type LossOf = (parameters: Arrays, buffers: Arrays, inputs: Arrays) => { loss: np.Array; buffers?: Arrays };

const BUFFER = /\/running(Mean|Variance)$/;

export async function serveJaxJs(lossOf: LossOf): Promise<void> {
  // Node 20 has no `navigator`, where jax-js looks for WebGPU.
  if (!("navigator" in globalThis)) Object.assign(globalThis, { navigator: { userAgent: "node" } });
  await init("wasm");
  defaultDevice("wasm");
  const { parameters, inputs, metadata } = readCase(argumentOf(process.argv, "case")!);
  const all = flattenTree<HostArray>(parameters, isHostArray);
  const given = toDevice(new Map(Object.entries(inputs)));
  let buffers = toDevice(new Map([...all].filter(([path]) => BUFFER.test(path))));
  let trained = toDevice(new Map([...all].filter(([path]) => !BUFFER.test(path))));
  let first = mapArrays(trained, (array) => np.zerosLike(array.ref));
  let second = mapArrays(trained, (array) => np.zerosLike(array.ref));
  const option = (name: string) => Number(metadata[name]);
  const decayed = new Set<string>(JSON.parse(metadata.decayed!));
  const [beta1, beta2] = [option("firstDecay"), option("secondDecay")];

  const update = jit((p: Arrays, m: Arrays, v: Arrays, b: Arrays, x: Arrays, scalars: np.Array) => {
    const differentiate = valueAndGrad(
      (p: Arrays) => {
        const { loss, buffers = {} } = lossOf(p, b, x);
        return [loss, buffers] as [np.Array, Arrays];
      },
      { hasAux: true },
    );
    const [[loss, nextBuffers], gradients] = differentiate(mapArrays(p, keep)) as [[np.Array, Arrays], Arrays];
    const [stepSize, epsilon, decay] = np.split(scalars, 3, 0).map((scalar) => scalar.reshape([])) as Triple;
    const next: { p: Arrays; m: Arrays; v: Arrays } = { p: {}, m: {}, v: {} };
    for (const [path, gradient] of Object.entries(gradients)) {
      const m2 = m[path]!.mul(beta1).add(gradient.ref.mul(1 - beta1));
      const v2 = v[path]!.mul(beta2).add(np.square(gradient).mul(1 - beta2));
      const change = m2.ref.mul(stepSize.ref).div(np.sqrt(v2.ref).add(epsilon.ref));
      next.p[path] = (decayed.has(path) ? p[path]!.mul(decay.ref) : p[path]!).sub(change);
      next.m[path] = m2;
      next.v[path] = v2;
    }
    return { loss, buffers: nextBuffers, ...next };
  });

  let numSteps = 0;
  await serveSteps({ side: `jax-js ${versionOf("@jax-js/jax")} wasm`, threads: 1 }, async () => {
    const started = performance.now();
    numSteps += 1;
    const root = Math.sqrt(1 - beta2 ** numSteps);
    const stepSize = (option("learningRate") * root) / (1 - beta1 ** numSteps);
    const decay = 1 - option("learningRate") * option("weightDecay");
    const scalars = np.array([stepSize, option("epsilon") * root, decay]);
    const result = update(trained, first, second, buffers, mapArrays(given, keep), scalars);
    ({ p: trained, m: first, v: second, buffers } = result as never);
    const [loss] = await (result as { loss: np.Array }).loss.data();
    return { seconds: (performance.now() - started) / 1000, loss: loss! };
  });
}

type Triple = [np.Array, np.Array, np.Array];

const keep = (array: np.Array): np.Array => array.ref;

function mapArrays(arrays: Arrays, change: (array: np.Array) => np.Array): Arrays {
  return Object.fromEntries(Object.entries(arrays).map(([path, array]) => [path, change(array)]));
}

function toDevice(arrays: ReadonlyMap<string, HostArray>): Arrays {
  return Object.fromEntries(
    [...arrays].map(([path, { data, shape }]) => [path, np.array(data, { shape: [...shape] })]),
  );
}

/** Mean of squared differences. */
export function meanSquaredError(a: np.Array, b: np.Array): np.Array {
  return np.mean(np.square(a.sub(b)));
}

/** x W + b, with the weight and bias of a path. */
export function affine(parameters: Arrays, path: string, x: np.Array): np.Array {
  return np.matmul(x, parameters[`${path}/weight`]!).add(parameters[`${path}/bias`]!);
}
