/** The `wasm` engine: jax-js compiles the program to WebAssembly kernels. Runs wherever WebAssembly does. */
import type { Engine, FlatExecutable } from "../engine.js";
import type { HostArray } from "../host-array.js";
import { jax, noteArrays, np, releaseArrays, startJax, type Tracer } from "../jax.js";
import type { Program } from "../program.js";

export const wasm: Engine = {
  name: "wasm",
  summary: "jax-js on WebAssembly: runs everywhere, slow at convolutions",
  unavailable: async () => undefined,
  compile,
};

async function compile(program: Program<unknown, unknown>): Promise<FlatExecutable> {
  await startJax();
  const run = jax.jit(program.body as (...inputs: Tracer[]) => Tracer[]);
  const constants: jax.Array[] = [];
  return {
    async run(inputs, into) {
      // The first call traces. Every call consumes its inputs, and `data` its output: nothing stays behind.
      const outputs = noteArrays(constants, () => run(...inputs.map(toDevice)));
      return Promise.all(outputs.map((output, i) => toHost(output, into?.[i])));
    },
    async dispose() {
      run.dispose();
      releaseArrays(constants.splice(0));
    },
  };
}

function toDevice(array: HostArray): Tracer {
  return np.array(array.data, { shape: [...array.shape], dtype: array.dtype as jax.DType });
}

async function toHost(output: Tracer, target?: HostArray): Promise<HostArray> {
  const { shape, dtype } = output;
  const data = await output.data();
  if (target === undefined) return { dtype, shape, data } as HostArray;
  target.data.set(data as unknown as ArrayLike<number>);
  return target;
}
