/**
 * All methods on CIFAR-10.
 *
 *   npm run darkmatter -- compare bench/compare/cifar10.ts --data cifar10-train.tar.gz --jobs 2
 */
import type { CompareRecipe } from "darkmatter";
import { budget, encoders, methods, training } from "./methods.js";

export default {
  name: "cifar10",
  title: "CIFAR-10",
  notes: [
    "The images are the 50,000 of the training set, re-encoded as JPEG, and the ones held out are 5,000 of them: no number " +
      "here belongs beside published ones, which are of the test set.",
  ],
  data: process.env.DARKMATTER_CIFAR10 ?? "cifar10-train.tar.gz",
  holdOut: 5_000,
  ...{ methods, encoders, training },
  seeds: [0, 1, 2],
  budget,
  threads: 1,
  evaluation: { numLabels: 10_000 },
} satisfies CompareRecipe;
