/**
 * The methods that start slowly, for 15 processor minutes a cell: does more time help them?
 *
 *   npm run darkmatter -- compare bench/compare/cifar10-long.ts --data cifar10-train.tar.gz --jobs 2 --only byol-convnet,mae-vit
 */
import type { CompareRecipe } from "darkmatter";
import cifar10 from "./cifar10.js";

export default {
  ...cifar10,
  name: "cifar10-long",
  title: "CIFAR-10, 15 minutes a cell",
  budget: { cpuMinutes: 15 },
} satisfies CompareRecipe;
