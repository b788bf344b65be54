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
  const header: Record<string, unknown> = { __metadata__: metadata };
  const parts: Uint8Array[] = [];
  let offset = 0;
  for (const [name, { dtype, shape, data }] of tensors) {
    header[name] = { dtype: DTYPES[dtype], shape, data_offsets: [offset, offset + data.byteLength] };
    parts.push(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    offset += data.byteLength;
  }
  // Spaces after the header align the data to 8 bytes.
  const text = new TextEncoder().encode(JSON.stringify(header));
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
  let header: Record<string, HeaderEntry & Record<string, string>>;
  try {
    header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + headerLength)));
  } catch {
    throw damaged("its header is no JSON");
  }
  const { __metadata__: metadata = {}, ...entries } = header;
  const tensors = new Map<string, HostArray>();
  for (const [tensorName, { dtype, shape, data_offsets: range }] of Object.entries(entries)) {
    const start = 8 + headerLength + range[0];
    const isWhole = range[1] - range[0] === 4 * sizeOf(shape) && 8 + headerLength + range[1] <= bytes.length;
    if (!isWhole) throw damaged(`the data of ${tensorName} is cut off`);
    // A copy is aligned, whatever the header's length. (A Buffer's own slice would not copy.)
    const from = bytes.byteOffset + start;
    const data = bytes.buffer.slice(from, from + 4 * sizeOf(shape)) as ArrayBuffer;
    if (dtype === "F32") tensors.set(tensorName, { dtype: "float32", shape, data: new Float32Array(data) });
    else if (dtype === "I32") tensors.set(tensorName, { dtype: "int32", shape, data: new Int32Array(data) });
    else throw damaged(`${tensorName} has the unknown type ${dtype}`);
  }
  return { tensors, metadata: metadata as Record<string, string> };
}
