/** Several tensors become one. */
import { DarkmatterError } from "./errors.js";
import { np } from "./jax.js";
import { checkConcat, resolveAxis } from "./shape-checks.js";
import { Tensor } from "./tensor.js";

/** Join tensors along an existing axis. */
export function concat(tensors: readonly Tensor[], axis: number): Tensor {
  const first = tensors[0];
  if (first === undefined) throw new DarkmatterError("concat: needs at least one tensor.");
  const at = resolveAxis("concat", first.shape, axis);
  checkConcat(
    tensors.map(({ shape }) => shape),
    at,
  );
  return Tensor.fromTracer(
    np.concatenate(
      tensors.map((tensor) => tensor.tracer),
      at,
    ),
  );
}

/** Join tensors of one shape along a new axis. */
export function stack(tensors: readonly Tensor[], axis = 0): Tensor {
  return concat(
    tensors.map((tensor) => tensor.expandDims(axis)),
    axis,
  );
}
