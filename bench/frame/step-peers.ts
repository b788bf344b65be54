/** The peers of a bench of training steps: the programs that carry out the same step. */
import type { StepModelName, StepShape } from "../models/index.js";
import { findTorches, pythonProgram } from "./python-peer.js";
import { nodeProgram, type SideProgram } from "./side.js";

/** Columns of the table, in order. The first that is here gives the headline. */
export const PEER_COLUMNS = ["PyTorch 1", "PyTorch 2", "tfjs wasm", "jax-js wasm"] as const;
export type PeerColumn = (typeof PEER_COLUMNS)[number];

/** One measurement: a model at a shape, from one start, on a number of cores. */
export interface StepCase {
  readonly model: StepModelName;
  readonly shape: StepShape;
  readonly threads: number;
  /** File of the start: see models/case-file.ts. */
  readonly path: string;
}

/** Our own side; `extra` are more words for models/our-side.ts, such as --chunk 32. */
export function ourProgram(stepCase: StepCase, extra: readonly string[] = []): SideProgram {
  const { model, threads } = stepCase;
  const args = ["--model", model, ...caseArguments(stepCase), ...extra];
  return nodeProgram("models/our-side.ts", { args, threads });
}

/** The program of a peer, or why there is none here. */
export function peerProgram(column: PeerColumn, stepCase: StepCase): SideProgram | string {
  const { model, threads } = stepCase;
  const args = caseArguments(stepCase);
  switch (column) {
    case "PyTorch 1":
    case "PyTorch 2": {
      const major = column.at(-1)!;
      const found = findTorches().find(({ version }) => version.startsWith(`${major}.`));
      if (found === undefined) return `no Python with torch ${major}.x was found; DARKMATTER_PYTHON can name one`;
      return pythonProgram(`step_${model}.py`, { modules: ["torch"], python: found.python, args, threads });
    }
    case "tfjs wasm":
      return nodeProgram(`peers/tfjs-${model}.ts`, { args, threads });
    case "jax-js wasm":
      return nodeProgram(`peers/jax-js-${model}.ts`, { args, threads });
  }
}

/** --case FILE and the sizes of the shape, as every side takes them. */
function caseArguments({ path, shape }: StepCase): string[] {
  return ["--case", path, ...Object.entries(shape).flatMap(([name, value]) => [`--${name}`, String(value)])];
}
