/**
 * One training step of ResNet-18 (CIFAR stem, 32×32, batch 64, float32): loss, gradient, AdamW. See models/resnet18.ts.
 * jax-js runs convolutions at 0.2 GFLOP/s: it gets batch 2, where a step takes it a minute instead of half an hour.
 *
 *   npm run bench -- step-resnet18 [--batch 64,2] [--threads 2,1] [--peers "PyTorch 1"] [--rounds 11] [--budget 60] [--json]
 */
import type { Bench } from "./frame/bench.js";
import { runStepBench } from "./frame/step-bench.js";

export default {
  name: "step-resnet18",
  summary: "seconds of one ResNet-18 training step, beside PyTorch, tfjs and jax-js",
  run: (options) =>
    runStepBench(
      "resnet18",
      [
        { shape: { batch: 64 }, peers: ["PyTorch 1", "PyTorch 2", "tfjs wasm"] },
        { shape: { batch: 2 }, peers: ["jax-js wasm"] },
      ],
      options,
    ),
} satisfies Bench;
