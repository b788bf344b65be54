/**
 * ONNX models as bytes: the few protobuf messages a graph needs, written directly.
 * Field numbers: onnx.proto of the ONNX project, IR version 9, operator set 20.
 */
import { DarkmatterError } from "../errors.js";
import type { TensorDType } from "../tensor.js";

export type ElementType = TensorDType | "int64";
export type Attribute = number | string | readonly number[] | { readonly float: number };

export interface NodeMessage {
  readonly operator: string;
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

export interface TensorMessage {
  readonly name: string;
  readonly dtype: ElementType;
  readonly shape: readonly number[];
  /** Little-endian element bytes. */
  readonly bytes: Uint8Array;
}

export interface ValueMessage {
  readonly name: string;
  readonly dtype: ElementType;
  readonly shape: readonly number[];
}

export interface ModelMessage {
  readonly nodes: readonly NodeMessage[];
  readonly initializers: readonly TensorMessage[];
  readonly inputs: readonly ValueMessage[];
  readonly outputs: readonly ValueMessage[];
}

const ELEMENT_CODE: Record<ElementType, number> = { float32: 1, int32: 6, int64: 7, bool: 9 };

/** Protobuf, and with it ONNX, counts the bytes of a message in 31 bits. */
const MOST_BYTES = 2 ** 31 - 1;

/**
 * Serialise a model.
 * @throws DarkmatterError if its constants make it larger than ONNX allows
 */
export function encodeModel(model: ModelMessage): Uint8Array {
  requireFits(model);
  const graph = new Message()
    .messages(1, model.nodes.map(encodeNode))
    .text(2, "darkmatter")
    .messages(5, model.initializers.map(encodeTensor))
    .messages(11, model.inputs.map(encodeValue))
    .messages(12, model.outputs.map(encodeValue));
  return new Message()
    .integer(1, 9)
    .text(2, "darkmatter")
    .message(7, graph)
    .message(8, new Message().text(1, "").integer(2, 20))
    .message(8, new Message().text(1, "com.microsoft").integer(2, 1))
    .bytes();
}

function requireFits({ initializers }: ModelMessage): void {
  const bytes = initializers.reduce((sum, tensor) => sum + tensor.bytes.length, 0);
  if (bytes <= MOST_BYTES) return;
  const largest = initializers.reduce((a, b) => (a.bytes.length >= b.bytes.length ? a : b));
  throw new DarkmatterError(
    `native engine: the program holds ${(bytes / 1e9).toFixed(1)} GB of constants, and an ONNX graph at most 2 GB; the ` +
      `largest has shape [${largest.shape.join(", ")}]. Pass large arrays as inputs instead of Tensor.constant.`,
  );
}

function encodeNode(node: NodeMessage): Message {
  const message = new Message();
  for (const input of node.inputs) message.text(1, input);
  for (const output of node.outputs) message.text(2, output);
  message.text(3, node.outputs[0] ?? "").text(4, node.operator);
  for (const [name, value] of Object.entries(node.attributes)) message.message(5, encodeAttribute(name, value));
  return node.domain === "" ? message : message.text(7, node.domain);
}

function encodeAttribute(name: string, value: Attribute): Message {
  const message = new Message().text(1, name);
  if (typeof value === "number") return message.integer(3, value).integer(20, 2);
  if (typeof value === "string") return message.text(4, value).integer(20, 3);
  if ("float" in value) return message.float(2, value.float).integer(20, 1);
  for (const element of value) message.integer(8, element);
  return message.integer(20, 7);
}

function encodeTensor(tensor: TensorMessage): Message {
  const message = new Message();
  for (const size of tensor.shape) message.integer(1, size);
  return message.integer(2, ELEMENT_CODE[tensor.dtype]).text(8, tensor.name).raw(9, tensor.bytes);
}

function encodeValue(value: ValueMessage): Message {
  const shape = new Message().messages(
    1,
    value.shape.map((size) => new Message().integer(1, size)),
  );
  const tensorType = new Message().integer(1, ELEMENT_CODE[value.dtype]).message(2, shape);
  return new Message().text(1, value.name).message(2, new Message().message(1, tensorType));
}

/** A protobuf message under construction: parts in order, joined once at the end. */
class Message {
  readonly #parts: Uint8Array[] = [];
  #length = 0;

  integer(field: number, value: number): this {
    return this.#push(varint(field << 3)).#push(varint(value));
  }
  float(field: number, value: number): this {
    return this.#push(varint((field << 3) | 5)).#push(new Uint8Array(Float32Array.of(value).buffer));
  }
  text(field: number, value: string): this {
    return this.raw(field, new TextEncoder().encode(value));
  }
  raw(field: number, value: Uint8Array): this {
    return this.#push(varint((field << 3) | 2))
      .#push(varint(value.length))
      .#push(value);
  }
  message(field: number, value: Message): this {
    return this.raw(field, value.bytes());
  }
  messages(field: number, values: readonly Message[]): this {
    for (const value of values) this.message(field, value);
    return this;
  }
  bytes(): Uint8Array {
    const joined = new Uint8Array(this.#length);
    let at = 0;
    for (const part of this.#parts) {
      joined.set(part, at);
      at += part.length;
    }
    return joined;
  }
  #push(part: Uint8Array): this {
    this.#parts.push(part);
    this.#length += part.length;
    return this;
  }
}

/** Base-128 integer; negative numbers as 64-bit two's complement, as protobuf's int64 wants. */
function varint(value: number): Uint8Array {
  let rest = BigInt.asUintN(64, BigInt(value));
  const bytes: number[] = [];
  do {
    const low = Number(rest & 127n);
    rest >>= 7n;
    bytes.push(rest > 0n ? low | 128 : low);
  } while (rest > 0n);
  return Uint8Array.from(bytes);
}
