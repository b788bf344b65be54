/**
 * All methods on Fashion-MNIST, half as long as on CIFAR-10: simpler images are learnt sooner.
 *
 *   npm run darkmatter -- compare bench/compare/fashion-mnist.ts --jobs 2
 */
import type { CompareRecipe } from "darkmatter";
import { encoders, methods, training } from "./methods.js";

export default {
  name: "fashion-mnist",
  title: "Fashion-MNIST",
  notes: ["Training and test images together, 5,000 of them held out; enlarged from 28 to 32 pixels."],
  data: "fashion-mnist",
  holdOut: 5_000,
  ...{ methods, encoders, training },
  seeds: [0, 1, 2],
  budget: { steps: { convnet: 500, vit: 250 } },
  threads: 1,
  evaluation: { numLabels: 10_000 },
} satisfies CompareRecipe;
