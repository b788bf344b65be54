/**
 * Our side of bench/pipeline as a process: the loader of the trainer, on images decoded once into its cache.
 *
 *   our-views.ts --folder FOLDER --size 32 --count 1024 --threads 2
 */
import { join } from "node:path";
import { createViewLoader, recipeFor } from "darkmatter/augment";
import { locationOf, openImages } from "darkmatter/data";
import { argumentOf } from "../frame/bench.js";
import { serveSteps } from "../frame/serve-steps.js";
import { momentsOf } from "../peers/views-moments.js";

const BATCH = 256;
const IDLE_CHECK_MS = 100;
const args = process.argv.slice(2);
const number = (name: string) => Number(argumentOf(args, name));
const folder = argumentOf(args, "folder")!;
const size = number("size");
const set = await openImages(join(folder, "images"), { trainingSize: size, cacheDir: join(folder, "cache") });
const loader = createViewLoader({
  set: locationOf(set),
  recipes: [recipeFor("simclr", { size })],
  batchSize: BATCH,
  seed: 0,
  numWorkers: number("threads"),
});
const numBatches = Math.ceil(number("count") / BATCH);
let first = 0;
await serveSteps({ side: "darkmatter, cached pixels" }, async () => {
  first += 1000; // far from what the threads have made ahead since the last turn
  const started = performance.now();
  let moments = { mean: 0, std: 0 };
  for (let step = first; step < first + numBatches; step++) {
    const { views } = await loader.viewsAt(step);
    moments = momentsOf(views[0]!);
  }
  const seconds = (performance.now() - started) / 1000;
  await untilIdle();
  return { seconds, ...moments };
});
await loader.close();
set.close();

/** The threads go on making views ahead; that work must not fall into the turn of the next side. */
async function untilIdle(): Promise<void> {
  for (;;) {
    const before = process.cpuUsage();
    await new Promise((resolve) => setTimeout(resolve, IDLE_CHECK_MS));
    const { user, system } = process.cpuUsage(before);
    if ((user + system) / 1000 < IDLE_CHECK_MS / 5) return;
  }
}
