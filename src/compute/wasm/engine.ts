/** The `wasm` engine: jax-js compiles the program to WebAssembly kernels. Runs wherever WebAssembly does. */
import type { Engine } from "../engine.js";
import { DarkmatterError } from "../errors.js";
import { startJax } from "../jax.js";
import { compileOn } from "../jax-engine.js";

export const wasm: Engine = {
  name: "wasm",
  summary: "jax-js on WebAssembly: runs everywhere, slow at convolutions",
  async unavailable() {
    if ("WebAssembly" in globalThis) return undefined;
    return new DarkmatterError("wasm engine: WebAssembly is switched off here. Allow it in the browser's settings.");
  },
  async compile(program) {
    await startJax();
    return compileOn("wasm", program);
  },
};
