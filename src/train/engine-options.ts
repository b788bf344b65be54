/** How a run's programs are compiled, wherever one is: with the run's threads, and kept for the next start. */
import { join } from "node:path";
import type { EngineOptions } from "../compute/index.js";
import { cacheDirectory } from "../data/index.js";
import type { TrainConfig } from "./config.js";

export function engineOptionsOf({ numThreads }: Pick<TrainConfig, "numThreads">): EngineOptions {
  return { numThreads, graphCache: join(cacheDirectory(), "graphs") };
}
