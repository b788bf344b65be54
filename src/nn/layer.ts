/** What a layer is, and how layers follow each other. */
import type { Branch, Tensor, Tree } from "../compute/index.js";
import { flattenTree, isTensor, mapTree } from "../compute/index.js";
import { type Observe, show, within } from "./observe.js";
import type { ParameterSpec, TensorsOf } from "./parameter.js";

/** A function of a tensor with named parameters. */
export interface Layer<S = Branch<ParameterSpec>> {
  readonly parameters: S;
  apply(parameters: TensorsOf<S>, x: Tensor, mode: Mode): Tensor;
}

/** How a pass through the layers is meant. */
export interface Mode {
  /** True: normalise by the statistics of this batch and record them. False: use the recorded ones. */
  readonly training: boolean;
  readonly updates: BufferUpdates;
  /** Shown what happens inside; a pass that nobody watches does nothing more. Not for differentiated functions. */
  readonly observe?: Observe;
}

export function trainingMode(): Mode {
  return { training: true, updates: new BufferUpdates() };
}

export function evaluationMode(): Mode {
  return { training: false, updates: new BufferUpdates() };
}

/**
 * A pass through a target encoder, the slowly moving copy that others learn from (BYOL's target, MoCo's momentum
 * encoder): as in training, norms use the statistics of this batch and record them, in buffers that are the target's
 * own. Apply these `updates` to them, and move only the trained parameters by the average: `partition` tells which.
 * Source: so do BYOL's official code (deepmind-research), lightly's `update_momentum` and solo-learn's
 * `MomentumUpdater`. What was averaged from the online encoder would belong to other weights.
 */
export function targetMode(): Mode {
  return trainingMode();
}

/**
 * New values of buffers, collected during one trace. A buffer is known by its tensor, so pass buffers around
 * `valueAndGradient` (which rewraps the parameters it differentiates), not through it. Several passes through one layer
 * add up in order.
 */
export class BufferUpdates {
  readonly #latest = new Map<Tensor, Tensor>();

  /** The newest value of a buffer. */
  latest(buffer: Tensor): Tensor {
    return this.#latest.get(buffer) ?? buffer;
  }

  set(buffer: Tensor, value: Tensor): void {
    this.#latest.set(buffer, value.stopGradient());
  }

  /** The same tree with each buffer at its newest value. */
  appliedTo(buffers: Tree<Tensor>): Tree<Tensor> {
    if (flattenTree<Tensor>(buffers, isTensor).size === 0) return {};
    return mapTree<Tensor, Tensor>(buffers, isTensor, (buffer) => this.latest(buffer));
  }
}

/** One layer after the other, in the order of their names' insertion. */
export function sequence<const L extends Readonly<Record<string, Layer>>>(
  layers: L,
): Layer<{ readonly [K in keyof L]: L[K]["parameters"] }> {
  const entries = Object.entries(layers) as unknown as [string, Layer][];
  return {
    parameters: Object.fromEntries(entries.map(([name, layer]) => [name, layer.parameters])) as never,
    apply(parameters, x, mode) {
      const branches = parameters as Readonly<Record<string, Branch<Tensor>>>;
      // a layer without parameters leaves no branch in the tree
      return entries.reduce((y, [name, layer]) => layer.apply(branches[name] ?? {}, y, within(mode, name)), x);
    },
  };
}

/** x + layer(x). */
export function residual<S>(layer: Layer<S>): Layer<S> {
  return {
    parameters: layer.parameters,
    apply: (parameters, x, mode) => x.add(layer.apply(parameters, x, mode)),
  };
}

/** The same layer, which shows what it hands on: a stage or a block of an encoder. */
export function watched<S>(layer: Layer<S>, unitAxis: number): Layer<S> {
  return {
    parameters: layer.parameters,
    apply(parameters, x, mode) {
      const y = layer.apply(parameters, x, mode);
      show(mode, "output", y, unitAxis);
      return y;
    },
  };
}
