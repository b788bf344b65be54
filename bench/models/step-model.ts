/** What a bench of training steps is about: a model, its inputs and its loss, at one batch size. */
import {
  childKey,
  float32,
  type HostArray,
  type Key,
  Random,
  sizeOf,
  type Tensor,
  type TensorSpec,
  type Tree,
} from "darkmatter/compute";
import type { Mode, ParameterSpec } from "darkmatter/nn";

/** What all sides start from. */
export interface Case {
  readonly parameters: Tree<HostArray>;
  readonly inputs: Readonly<Record<string, HostArray>>;
}

export interface StepModel {
  readonly parameters: Tree<ParameterSpec>;
  /** What a step reads beside its parameters, with how it is drawn. */
  readonly inputs: Readonly<Record<string, DrawnSpec>>;
  /**
   * How far the losses of two sides may be apart after updates, relative to the loss, where that is more than usual: the
   * first steps of AdamW follow the signs of gradients, so what rounding turns around moves by a whole step.
   */
  readonly laterTolerance?: number;
  /** The scalar that is differentiated, in training mode. */
  loss(parameters: Tree<Tensor>, inputs: Readonly<Record<string, Tensor>>, mode: Mode): Tensor;
}

export interface DrawnSpec extends TensorSpec {
  readonly dtype: "float32";
  /** "uniform" in 0..1, or standard "normal". */
  readonly draw: "uniform" | "normal";
}

/** What decides a step model beside its name. */
export interface StepShape {
  readonly batch: number;
  /** Only where a bench varies them: see each model. */
  readonly width?: number;
  readonly depth?: number;
  readonly imageSize?: number;
  readonly frames?: number;
}

export function uniformInput(shape: readonly number[]): DrawnSpec {
  return { dtype: "float32", shape, draw: "uniform" };
}

export function normalInput(shape: readonly number[]): DrawnSpec {
  return { dtype: "float32", shape, draw: "normal" };
}

/** The inputs of a model, each from its own stream. */
export function drawInputs({ inputs }: StepModel, key: Key): Record<string, HostArray> {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, { shape, draw }]) => {
      const random = new Random(childKey(key, name));
      const values = Float32Array.from({ length: sizeOf(shape) }, () =>
        draw === "uniform" ? random.uniform() : random.normal(),
      );
      return [name, float32(values, shape)];
    }),
  );
}
