/**
 * Views made by worker threads ahead of the training step. What a step gets is a function of (seed, step) alone: any
 * step can be asked for, with any number of threads, and gives the same bits.
 */
import { availableParallelism } from "node:os";
import { ValueError } from "../compute/errors.js";
import type { PixelLocation } from "../data/image-set.js";
import { type BatchMaker, type BatchRecipe, createBatchMaker } from "./batch-maker.js";
import { parseRecipe } from "./recipe.js";
import type { RecipeData } from "./recipe-steps.js";
import { ThreadedViewLoader } from "./threaded-loader.js";
import { closedError, outputsFor, type ViewBatch, type ViewLoader } from "./view-batch.js";

export interface ViewLoaderOptions {
  /** An `ImageSet`, or only where its pixels are. */
  readonly set: PixelLocation;
  /** One a view; views may differ in size. */
  readonly recipes: readonly RecipeData[];
  readonly batchSize: number;
  readonly seed: number;
  /** Threads; default one less than the machine has, 1 to 8. 0 makes views in the calling thread when asked. */
  readonly numWorkers?: number;
  /** Batches made ahead, default 2; memory is this many batches of views. */
  readonly prefetch?: number;
}

/**
 * Start making views. The threads do not keep the process alive by themselves, only while a request waits.
 * @throws DarkmatterError if the cache cannot be opened, a recipe is not valid or the batch is larger than the set
 */
export function createViewLoader(options: ViewLoaderOptions): ViewLoader {
  const { batchSize, seed, prefetch = 2 } = options;
  const numWorkers = options.numWorkers ?? Math.min(8, Math.max(1, availableParallelism() - 1));
  checkCount("numWorkers", numWorkers, 0);
  checkCount("prefetch", prefetch, 1);
  if (options.recipes.length === 0) throw new ValueError("createViewLoader", "recipes", "at least one recipe", []);
  const { cachePath, indices } = options.set;
  const recipe: BatchRecipe = {
    set: indices === undefined ? { cachePath } : { cachePath, indices },
    recipes: options.recipes.map(parseRecipe),
    batchSize,
    seed,
  };
  const maker = createBatchMaker(recipe);
  try {
    maker.indicesAt(0);
  } catch (error) {
    maker.close();
    throw error;
  }
  return numWorkers === 0 ? new InlineViewLoader(maker) : new ThreadedViewLoader(maker, recipe, numWorkers, prefetch);
}

function checkCount(argument: string, value: number, least: number): void {
  if (!Number.isInteger(value) || value < least || value > 64) {
    throw new ValueError("createViewLoader", argument, `a whole number from ${least} to 64`, value);
  }
}

/** Makes each batch when it is asked for, in the calling thread. */
class InlineViewLoader implements ViewLoader {
  secondsWaited = 0;
  #numViews = 0;
  #isClosed = false;

  constructor(private readonly maker: BatchMaker) {}

  get shapes(): ViewLoader["shapes"] {
    return this.maker.shapes;
  }

  get viewsPerSecond(): number {
    return this.secondsWaited > 0 ? this.#numViews / this.secondsWaited : 0;
  }

  async viewsAt(step: number, into?: readonly Float32Array[]): Promise<ViewBatch> {
    if (this.#isClosed) throw closedError();
    const started = performance.now();
    const indices = this.maker.indicesAt(step);
    const views = outputsFor(this.maker, into);
    this.maker.fill(step, 0, indices.length, views);
    this.#numViews += indices.length * views.length;
    this.secondsWaited += (performance.now() - started) / 1000;
    return { views, indices };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.maker.close();
  }
}
