/**
 * One training step of a ViT (width 192, depth 6, 3 heads, 64 tokens, float32): loss, gradient, AdamW. See models/vit.ts.
 *
 *   npm run bench -- step-vit [--batch 64,256] [--threads 2,1] [--peers "PyTorch 1"] [--rounds 11] [--budget 60] [--json]
 */
import type { Bench } from "./frame/bench.js";
import { runStepBench } from "./frame/step-bench.js";

export default {
  name: "step-vit",
  summary: "seconds of one ViT training step, beside PyTorch, tfjs and jax-js",
  run: (options) =>
    runStepBench(
      "vit",
      [{ shape: { batch: 64 } }, { shape: { batch: 256 }, peers: ["PyTorch 1", "PyTorch 2"] }],
      options,
    ),
} satisfies Bench;
