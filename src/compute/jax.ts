/**
 * The one door to jax-js. It gives tracing, automatic differentiation and two engines; everything above this
 * folder speaks `Tensor` and `Program` instead, so jax-js could be replaced.
 */
import * as jax from "@jax-js/jax";

export type Tracer = jax.numpy.Array;
export type Jaxpr = jax.Jaxpr;
export type Equation = Jaxpr["eqns"][number];
export type Atom = Equation["inputs"][number];
export type Variable = Equation["outBinders"][number];

export { jax };
export const np = jax.numpy;

let ready: Promise<void> | undefined;

/** Start jax-js's wasm backend once; tracing needs a backend for its constants. */
export function startJax(): Promise<void> {
  ready ??= (async () => {
    // Node 20 has no `navigator`, where jax-js looks for WebGPU and for browsers that need care.
    if (!("navigator" in globalThis)) Object.assign(globalThis, { navigator: { userAgent: "Node.js" } });
    await jax.init("wasm");
    jax.defaultDevice("wasm");
  })();
  return ready;
}

/**
 * Run `body`, which makes arrays or traces, with this device as the default. It must not wait for anything: tracing
 * elsewhere counts on the wasm device.
 */
export function onDevice<T>(device: jax.Device, body: () => T): T {
  jax.defaultDevice(device);
  try {
    return body();
  } finally {
    jax.defaultDevice("wasm");
  }
}

const openTraces: jax.Array[][] = [];

/** Note an array that was made for the trace going on. A facade's own reference is never consumed, so it must be released. */
export function keepForTrace(array: Tracer): Tracer {
  if (array instanceof jax.Array) openTraces.at(-1)?.push(array);
  return array;
}

/** Run `body`, which traces, and add the arrays made for it to `made`: release them when the trace is no longer needed. */
export function noteArrays<T>(made: jax.Array[], body: () => T): T {
  openTraces.push(made);
  try {
    return body();
  } finally {
    openTraces.pop();
  }
}

/** Free arrays with all references to them: besides the facade's, differentiation leaves some behind. */
export function releaseArrays(arrays: readonly jax.Array[]): void {
  for (const array of arrays) while (array.refCount > 0) array.dispose();
}
