/** An ONNX graph under construction. Emitting the same operation on the same values twice gives the first result. */
import { createHash } from "node:crypto";
import { DarkmatterError } from "../errors.js";
import { sizeOf } from "../host-array.js";
import type { TensorDType } from "../tensor.js";
import type { Attribute, ElementType, ModelMessage, NodeMessage, TensorMessage, ValueMessage } from "./onnx-model.js";

/** A tensor in the graph, with the shape it has there. */
export interface Value {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: ElementType;
}

export interface EmitOptions {
  readonly attributes?: Readonly<Record<string, Attribute>>;
  readonly dtype?: ElementType;
  readonly domain?: string;
}

export class OnnxGraph {
  readonly #nodes: NodeMessage[] = [];
  readonly #initializers = new Map<string, TensorMessage>();
  readonly #inputs: ValueMessage[] = [];
  readonly #emitted = new Map<string, readonly Value[]>();
  readonly #computed = new Set<string>();
  readonly #values = new Map<string, Value>();
  /** What a reshaped value was made from. */
  readonly #reshaped = new Map<string, Value>();
  #nextId = 0;

  input(shape: readonly number[], dtype: TensorDType): Value {
    const value = this.#newValue(shape, dtype);
    this.#inputs.push(value);
    return value;
  }

  /** Emit an operation with one output. */
  emit(
    operator: string,
    inputs: readonly (Value | undefined)[],
    shape: readonly number[],
    options: EmitOptions = {},
  ): Value {
    return this.emitMany(operator, inputs, [shape], options)[0]!;
  }

  /** Emit an operation with several outputs. The output type is the first input's unless given. */
  emitMany(
    operator: string,
    inputs: readonly (Value | undefined)[],
    shapes: readonly (readonly number[])[],
    options: EmitOptions = {},
  ): readonly Value[] {
    const { attributes = {}, dtype = inputs[0]?.dtype ?? "float32", domain = "" } = options;
    const names = inputs.map((input) => input?.name ?? "");
    const key = JSON.stringify([operator, names, attributes, dtype]);
    const known = this.#emitted.get(key);
    if (known !== undefined) return known;
    const outputs = shapes.map((shape) => this.#newValue(shape, dtype));
    this.#nodes.push({ operator, domain, inputs: names, outputs: outputs.map(({ name }) => name), attributes });
    this.#emitted.set(key, outputs);
    for (const { name } of outputs) this.#computed.add(name);
    return outputs;
  }

  scalar(value: number, dtype: TensorDType): Value {
    return this.constant(dtype === "float32" ? Float32Array.of(value) : Int32Array.of(value), [], dtype);
  }

  /** A list of int64, as shapes, axes and slice bounds are given. */
  integers(values: readonly number[]): Value {
    return this.constant(BigInt64Array.from(values.map((value) => BigInt(value))), [values.length], "int64");
  }

  constant(data: Float32Array | Int32Array | BigInt64Array, shape: readonly number[], dtype: ElementType): Value {
    const bytes =
      dtype === "bool"
        ? Uint8Array.from(data as Int32Array)
        : new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    // Equal constants are one value, so that what is computed from them is shared too.
    const key = `${dtype} [${shape}] ${createHash("sha256").update(bytes).digest("base64")}`;
    const known = this.#initializers.get(key);
    if (known !== undefined) return known;
    const initializer = { ...this.#newValue(shape, dtype), bytes };
    this.#initializers.set(key, initializer);
    return initializer;
  }

  /** The same elements under another shape; reshaping twice is reshaping once. */
  reshape(value: Value, shape: readonly number[]): Value {
    if (sizeOf(shape) !== sizeOf(value.shape)) {
      throw new DarkmatterError(`native engine: internal: [${value.shape}] cannot be viewed as [${shape}].`);
    }
    const source = this.sourceOf(value);
    const isSame = shape.length === source.shape.length && shape.every((size, i) => size === source.shape[i]);
    if (isSame) return source;
    const result = this.emit("Reshape", [source, this.integers(shape)], shape);
    this.#reshaped.set(result.name, source);
    return result;
  }

  /** The value a reshaped one was made from, or the value itself. */
  sourceOf(value: Value): Value {
    return this.#reshaped.get(value.name) ?? value;
  }

  /** A new value equal to another: never shared, so that it can be an output of its own. */
  copy(value: Value): Value {
    const copied = this.#newValue(value.shape, value.dtype);
    this.#nodes.push({
      operator: "Identity",
      domain: "",
      inputs: [value.name],
      outputs: [copied.name],
      attributes: {},
    });
    this.#computed.add(copied.name);
    return copied;
  }

  /** Whether a value is computed by a node: neither an input nor a constant. */
  isComputed(value: Value): boolean {
    return this.#computed.has(value.name);
  }

  /** Every value by name. */
  get values(): ReadonlyMap<string, Value> {
    return this.#values;
  }

  /** The model that computes `outputs`, without the nodes and constants nothing needs. */
  toModel(outputs: readonly Value[]): ModelMessage {
    const needed = new Set(outputs.map(({ name }) => name));
    const nodes = this.#nodes
      .toReversed()
      .filter((node) => {
        if (!node.outputs.some((name) => needed.has(name))) return false;
        for (const input of node.inputs) needed.add(input);
        return true;
      })
      .reverse();
    const initializers = [...this.#initializers.values()].filter(({ name }) => needed.has(name));
    return { nodes, initializers, inputs: this.#inputs, outputs };
  }

  #newValue(shape: readonly number[], dtype: ElementType): Value {
    const name = `v${this.#nextId++}`;
    const value = { name, shape, dtype };
    this.#values.set(name, value);
    return value;
  }
}
