/**
 * The safetensors format: 8 bytes of header length, a JSON header (name → dtype, shape, byte range), the data.
 * Source: github.com/huggingface/safetensors, format description. Float32 and int32, little-endian.
 */
import { DarkmatterError, type HostArray, sizeOf } from "../compute/index.js";

export interface TensorFile {
  readonly tensors: ReadonlyMap<string, HostArray>;
  readonly metadata: Readonly<Record<string, string>>;
}

const DTYPES = { float32: "F32", int32: "I32" } as const;

interface HeaderEntry {
  readonly dtype: string;
  readonly shape: number[];
  readonly data_offsets: [number, number];
}

/** The bytes of a file, in parts to be written one after the other. */
export function encodeSafetensors({ tensors, metadata }: TensorFile): Uint8Array[] {
  const entries: [name: string, entry: unknown][] = [["__metadata__", metadata]];
  const parts: Uint8Array[] = [];
  let offset = 0;
  for (const [name, { dtype, shape, data }] of tensors) {
    entries.push([name, { dtype: DTYPES[dtype], shape, data_offsets: [offset, offset + data.byteLength] }]);
    parts.push(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    offset += data.byteLength;
  }
  // Spaces after the header align the data to 8 bytes.
  const text = new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries)));
  const padded = new Uint8Array(Math.ceil(text.length / 8) * 8).fill(0x20);
  padded.set(text);
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(padded.length), true);
  return [length, padded, ...parts];
}

/** @throws DarkmatterError if the bytes are cut short or no safetensors file */
export function decodeSafetensors(bytes: Uint8Array, name: string): TensorFile {
  const damaged = (why: string) => new DarkmatterError(`readSafetensors: ${name} is damaged: ${why}.`);
  if (bytes.length < 8) throw damaged("it is shorter than its header");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerLength = Number(view.getBigUint64(0, true));
  if (headerLength > bytes.length - 8) throw damaged("its header is cut off");
  const { __metadata__: metadata = {}, ...entries } = parseHeader(bytes.subarray(8, 8 + headerLength), damaged);
  const tensors = new Map<string, HostArray>();
  for (const [tensorName, entry] of Object.entries(entries)) {
    if (!isHeaderEntry(entry)) throw damaged(`${tensorName} has no dtype, shape and data_offsets`);
    const { dtype, shape, data_offsets: range } = entry;
    if (dtype !== "F32" && dtype !== "I32") throw damaged(`${tensorName} has the unknown type ${dtype}`);
    const start = 8 + headerLength + range[0];
    const isWhole =
      range[0] >= 0 && range[1] - range[0] === 4 * sizeOf(shape) && start + 4 * sizeOf(shape) <= bytes.length;
    if (!isWhole) throw damaged(`the data of ${tensorName} is cut off`);
    // A copy is aligned, whatever the header's length. (A Buffer's own slice would not copy.)
    const from = bytes.byteOffset + start;
    const data = bytes.buffer.slice(from, from + 4 * sizeOf(shape)) as ArrayBuffer;
    const array: HostArray =
      dtype === "F32"
        ? { dtype: "float32", shape, data: new Float32Array(data) }
        : { dtype: "int32", shape, data: new Int32Array(data) };
    tensors.set(tensorName, array);
  }
  return { tensors, metadata: metadata as Record<string, string> };
}

function parseHeader(bytes: Uint8Array, damaged: (why: string) => DarkmatterError): Record<string, unknown> {
  try {
    const header: unknown = JSON.parse(new TextDecoder().decode(bytes));
    if (typeof header === "object" && header !== null) return header as Record<string, unknown>;
  } catch {
    // said below
  }
  throw damaged("its header is no JSON object");
}

function isHeaderEntry(entry: unknown): entry is HeaderEntry {
  const { dtype, shape, data_offsets: range } = (entry ?? {}) as Partial<HeaderEntry>;
  return typeof dtype === "string" && isCounts(shape) && Array.isArray(range) && range.length === 2;
}

function isCounts(values: unknown): boolean {
  return Array.isArray(values) && values.every((value) => Number.isInteger(value) && value >= 0);
}
