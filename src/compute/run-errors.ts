/** Errors of the libraries that engines stand on, in words a user can act on. */
import { DarkmatterError } from "./errors.js";

/** How each of them says that memory has run out. */
const OUT_OF_MEMORY = [
  /failed to allocate memory for requested buffer of size (\d+)/i, // ONNX Runtime's arena
  /std::bad_alloc|\bbad allocation\b/, // its kernels, on Linux and macOS, and on Windows
  /WebAssembly\.Memory\.grow\(\)/, // V8
  /exceeds the 4 GiB memory32 limit/, // jax-js on wasm
  /array buffer allocation failed/i, // V8, for arrays of the host
  /\bout of memory\b|ERROR_OUT_OF_(DEVICE|HOST)_MEMORY/i, // WebGPU, and Vulkan beneath it
  /cannot allocate memory/i, // the system
];

/**
 * What to throw for an error of a compilation or a run: memory that ran out becomes a `DarkmatterError` with the
 * remedy and the error itself as its cause; everything else stays what it is.
 */
export function explainRunError(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof DarkmatterError) return error;
  const match = OUT_OF_MEMORY.map((pattern) => pattern.exec(error.message)).find((found) => found !== null);
  if (match === undefined) return error;
  const bytes = Number(match[1]);
  const size = bytes > 0 ? ` One array alone needs ${(bytes / 1e9).toFixed(1)} GB.` : "";
  return new DarkmatterError(
    `run: out of memory.${size} Encode the batch in chunks (--chunk 64, say: the same gradient), choose a smaller batch ` +
      "or smaller images, or end other programs.",
    { cause: error },
  );
}
