/**
 * The one door to jax-js. It gives tracing, automatic differentiation and the wasm engine; everything above this
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
    // Node 20 has no `navigator`, which jax-js probes while looking for WebGPU.
    if (!("navigator" in globalThis)) Object.assign(globalThis, { navigator: {} });
    await jax.init("wasm");
    jax.defaultDevice("wasm");
  })();
  return ready;
}
