/**
 * What stands for the `native` engine in a browser: package.json's "browser" puts this file in the place of `engine.ts`
 * and `describe.ts`, whose ONNX Runtime and compiler need Node.
 */
import type { Engine } from "../engine.js";
import { DarkmatterError } from "../errors.js";

const problem = new DarkmatterError("native engine: it needs Node.");

export const native: Engine = {
  name: "native",
  summary: "ONNX Runtime's CPU kernels: needs Node",
  unavailable: async () => problem,
  compile: () => Promise.reject(problem),
};

export function describeProgram(): string {
  throw new DarkmatterError("describeProgram: it shows what the native engine makes of a program, which needs Node.");
}
