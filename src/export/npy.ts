/**
 * NumPy's .npy files: one array of floating point numbers.
 * Source: NEP 1, numpy.lib.format: "\x93NUMPY", version, length of the header, a Python dict literal, the data.
 */
import { readFile } from "node:fs/promises";
import { endianness } from "node:os";
import { DarkmatterError, ShapeError, sizeOf, ValueError } from "../compute/index.js";
import { writeFileAtomic } from "../train/atomic-file.js";

export interface NpyArray {
  /** Row by row (C order). */
  readonly shape: readonly number[];
  readonly data: Float32Array | Float64Array;
}

const MAGIC = Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59);
/** NumPy aligns the data to this, so that it can be mapped into memory. */
const ALIGNMENT = 64;
const LONGEST_V1_HEADER = 0xffff;

/**
 * Read an array of float32 or float64 numbers in C order, versions 1 to 3.
 * @throws ValueError if the file cannot be read or holds another type or order, with the NumPy call that converts it;
 *   DarkmatterError if it is damaged
 */
export async function readNpy(path: string): Promise<NpyArray> {
  const bytes = await readFile(path).catch((cause: NodeJS.ErrnoException) => {
    throw new ValueError("readNpy", "path", "a readable .npy file", `${path} (${cause.code})`);
  });
  return decodeNpy(bytes, path);
}

/** Write an array as .npy, whole or not at all. */
export function writeNpy(path: string, array: NpyArray): Promise<void> {
  return writeFileAtomic(path, encodeNpy(array));
}

/**
 * The bytes of a .npy file, in parts.
 * @throws ShapeError if data and shape disagree in size
 */
export function encodeNpy({ shape, data }: NpyArray): Uint8Array[] {
  if (data.length !== sizeOf(shape)) throw new ShapeError("encodeNpy", "data", shape, [data.length]);
  const descr = data instanceof Float32Array ? "<f4" : "<f8";
  // A tuple of one needs its comma.
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
  return [encodeHeader(`{'descr': '${descr}', 'fortran_order': False, 'shape': ${tuple}, }`), littleEndian(data)];
}

function encodeHeader(dict: string): Uint8Array {
  const text = new TextEncoder().encode(dict);
  const lengthBytes = text.length + ALIGNMENT > LONGEST_V1_HEADER ? 4 : 2;
  const start = MAGIC.length + 2 + lengthBytes;
  const total = Math.ceil((start + text.length + 1) / ALIGNMENT) * ALIGNMENT;
  const header = new Uint8Array(total).fill(0x20);
  header.set(MAGIC);
  header.set([lengthBytes === 2 ? 1 : 2, 0], MAGIC.length);
  const view = new DataView(header.buffer);
  if (lengthBytes === 2) view.setUint16(MAGIC.length + 2, total - start, true);
  else view.setUint32(MAGIC.length + 2, total - start, true);
  header.set(text, start);
  header[total - 1] = 0x0a;
  return header;
}

/** @param name what errors call it, such as its path */
export function decodeNpy(bytes: Uint8Array, name: string): NpyArray {
  const damaged = (why: string) => new DarkmatterError(`readNpy: ${name} is damaged: ${why}.`);
  if (!MAGIC.every((byte, i) => bytes[i] === byte)) {
    const hint = 'Write one with numpy.save("z.npy", z).';
    throw new ValueError("readNpy", "path", "a .npy file", `${name}, which starts otherwise`, hint);
  }
  const version = bytes[MAGIC.length] ?? 0;
  if (version < 1 || version > 3) {
    throw new ValueError("readNpy", name, "a .npy file of version 1, 2 or 3", `version ${version}`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerStart = MAGIC.length + 2 + (version === 1 ? 2 : 4);
  if (bytes.length < headerStart) throw damaged("its header is cut off");
  const headerLength = version === 1 ? view.getUint16(MAGIC.length + 2, true) : view.getUint32(MAGIC.length + 2, true);
  const dataStart = headerStart + headerLength;
  if (bytes.length < dataStart) throw damaged("its header is cut off");

  const { descr, isFortranOrder, shape } = parseHeader(
    new TextDecoder().decode(bytes.subarray(headerStart, dataStart)),
    damaged,
  );
  if (isFortranOrder) {
    const hint = "Convert it with numpy.save(path, numpy.ascontiguousarray(z)).";
    throw new ValueError("readNpy", name, "an array in C order", "Fortran order", hint);
  }
  const bytesEach = { "<f4": 4, "<f8": 8 }[descr];
  if (bytesEach === undefined) {
    const hint = 'Convert it with numpy.save(path, z.astype("<f4")).';
    throw new ValueError("readNpy", name, "float32 or float64 numbers (<f4, <f8)", descr, hint);
  }
  const end = dataStart + bytesEach * sizeOf(shape);
  if (bytes.length < end) throw damaged(`its data ends after ${bytes.length - dataStart} of ${end - dataStart} bytes`);
  // A copy is aligned, whatever the length of the header. (A Buffer's own slice would be no copy.)
  const data = littleEndian(new Uint8Array(bytes.subarray(dataStart, end)), bytesEach).buffer;
  return { shape, data: bytesEach === 4 ? new Float32Array(data) : new Float64Array(data) };
}

interface Header {
  readonly descr: string;
  readonly isFortranOrder: boolean;
  readonly shape: readonly number[];
}

/** The three entries of the dict literal, in any order. */
function parseHeader(text: string, damaged: (why: string) => DarkmatterError): Header {
  const descr = /['"]descr['"]\s*:\s*['"]([^'"]+)['"]/.exec(text)?.[1];
  const order = /['"]fortran_order['"]\s*:\s*(True|False)/.exec(text)?.[1];
  const tuple = /['"]shape['"]\s*:\s*\(([\d\s,]*)\)/.exec(text)?.[1];
  if (order === undefined || tuple === undefined) throw damaged("its header names no order and shape");
  // A record type's descr is a list, not a string.
  return {
    descr: descr ?? "a record type",
    isFortranOrder: order === "True",
    shape: tuple.split(",").flatMap((size) => (size.trim() === "" ? [] : [Number(size)])),
  };
}

/** The bytes of numbers, lowest byte first; on nearly every machine they lie so already. */
function littleEndian(numbers: Float32Array | Float64Array | Uint8Array, bytesEach = numbers.BYTES_PER_ELEMENT) {
  const bytes = new Uint8Array(numbers.buffer as ArrayBuffer, numbers.byteOffset, numbers.byteLength);
  if (endianness() === "LE") return bytes;
  const swapped = Buffer.from(bytes);
  const whole = bytesEach === 4 ? swapped.swap32() : swapped.swap64();
  return Uint8Array.from(whole);
}
