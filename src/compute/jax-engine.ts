/** What the engines on jax-js share: its `jit` compiles the traced body to kernels of one of its devices. */
import type { FlatExecutable } from "./engine.js";
import type { HostArray } from "./host-array.js";
import { jax, noteArrays, np, onDevice, releaseArrays, type Tracer } from "./jax.js";
import type { Program } from "./program.js";

/** Compile a program for a device of jax-js that has been started. */
export function compileOn(device: jax.Device, program: Program<unknown, unknown>): FlatExecutable {
  const run = jax.jit(program.body as (...inputs: Tracer[]) => Tracer[]);
  const constants: jax.Array[] = [];
  return {
    async run(inputs, into) {
      // The first call traces. Every call consumes its inputs, and `data` its output: nothing stays behind.
      const outputs = onDevice(device, () => noteArrays(constants, () => run(...inputs.map(toDevice))));
      // Reading one output sends the whole step. The others wait for that: until then each would ask after every kernel.
      const [first, ...others] = outputs.map((output, i) => () => toHost(output, into?.[i]));
      if (first === undefined) return [];
      return [await first(), ...(await Promise.all(others.map((read) => read())))];
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
