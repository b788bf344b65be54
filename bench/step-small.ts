/**
 * One training step of a small world model (three strided convolutions to a latent of 64, GRU-64, eight steps ahead,
 * batch 64), where the cost of starting an operation counts as much as its arithmetic; and the same with all nine frames
 * encoded, where convolutions rule (a step of jax-js takes twenty seconds there, so it is left out). See models/small.ts.
 *
 *   npm run bench -- step-small [--threads 2,1] [--peers "PyTorch 1"] [--rounds 11] [--budget 60] [--json]
 */
import type { Bench } from "./frame/bench.js";
import { runStepBench } from "./frame/step-bench.js";

export default {
  name: "step-small",
  summary: "seconds of one step of a small world model, beside PyTorch, tfjs and jax-js",
  run: (options) =>
    runStepBench(
      "small",
      [
        { shape: { batch: 64 }, suffix: "first frame" },
        { shape: { batch: 64, frames: 9 }, suffix: "nine frames", peers: ["PyTorch 1", "PyTorch 2", "tfjs wasm"] },
      ],
      options,
    ),
} satisfies Bench;
