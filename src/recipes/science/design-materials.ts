/** Design by gradient against its baselines, on materials. */
import type { Features, ProgramCache } from "../../evaluate/index.js";
import { createEmbedder, type RunFolder } from "../../train/index.js";
import { trainedEncoder } from "../trained-encoder.js";
import type { AffineHead } from "./affine-head.js";
import type { DrawnDesign } from "./design-picture.js";
import { nearestLabelled, randomSearch } from "./design-searches.js";
import { drawTargets, type NamedTarget } from "./design-targets.js";
import { check, type DesignMethod, type DesignTrial, tryDesigns } from "./design-trial.js";
import { createDesigner, type Design, type Designer } from "./designer.js";
import { drawLabels, fitHead } from "./label-efficiency.js";
import type { MaterialsTask } from "./materials-task.js";

export interface DesignSize {
  readonly volumeFractions: readonly number[];
  /** Targets for each volume fraction; see `drawTargets`. */
  readonly numLike: number;
  readonly numBeyond: number;
  readonly numStarts: number;
  readonly numViews: number;
  readonly designSteps: number;
}

export interface DesignMaterialsOptions extends DesignSize {
  /** The largest of them is the number of labels that the head has. */
  readonly labelCounts: readonly number[];
  readonly seed: number;
  readonly programs: ProgramCache;
  readonly onStage?: (name: string) => void;
}

/**
 * Every target by every method. All ask the same head, fitted on the same labels. "random search" may ask it as often as all
 * steps of the gradient do; "gradient" begins with random materials, "search, gradient" with the best of that search.
 * "corrected": the solver checks the designs of all starts, and each goes on from there with the surrogate's error taken
 * into account, so it has had twice as many checks; the search may have as many.
 * @param measured features of the measured materials
 */
export async function designMaterials(
  folder: RunFolder,
  task: MaterialsTask,
  measured: Features,
  options: DesignMaterialsOptions,
): Promise<{ trial: DesignTrial; drawn: DrawnDesign[] }> {
  const { numStarts, numViews, designSteps: steps, seed, labelCounts, programs, onStage } = options;
  const { config } = folder;
  const size = config.imageSize;
  const encoder = await trainedEncoder(folder);
  const labelled = drawLabels(task.pool, Math.max(...labelCounts), seed, 0);
  const { model: head } = await fitHead(measured, task, labelled, seed, programs);
  const targets = drawTargets({ ...options, size });
  const designer = await createDesigner({ config, encoder, numStarts, numViews, steps });
  const embedder = await createEmbedder(config, encoder);
  try {
    const search = randomSearch({ embedder, head, numTried: designer.passesPerTarget, size, seed });
    const fromRandom: Rounds[] = [];
    const fromSearch: Rounds[] = [];
    for (const [i, target] of targets.entries()) {
      onStage?.(`design ${i + 1} of ${targets.length}`);
      fromRandom.push(await designAndCorrect(designer, target, head, seed + i, size));
      const best = (await search(target)).slice(0, numStarts).map(({ isWhite }) => isWhite);
      fromSearch.push(await designAndCorrect(designer, target, head, seed + i, size, best));
    }
    const once = [...new Set([1, numStarts])];
    const twice = 2 * numStarts;
    const methods: DesignMethod[] = [
      { name: "nearest labelled", checks: [1], candidates: nearestLabelled(task, labelled) },
      { name: "random search", checks: [...once, twice], candidates: search },
      { name: "gradient", checks: once, candidates: async (_, i) => fromRandom[i]!.designs },
      { name: "gradient, corrected", checks: [twice], candidates: async (_, i) => fromRandom[i]!.all },
      { name: "search, gradient", checks: once, candidates: async (_, i) => fromSearch[i]!.designs },
      { name: BEST, checks: [twice], candidates: async (_, i) => fromSearch[i]!.all },
    ];
    const trial = await tryDesigns(targets, methods, size);
    return { trial, drawn: drawnFrom(trial, fromRandom) };
  } finally {
    await designer.close();
    await embedder.close();
  }
}

const BEST = "search, gradient, corrected";
const DRAWN = "gradient, corrected";
const MOST_DRAWN = 12;

/** Designs, and the same with what became of each after the solver's answer. */
interface Rounds {
  readonly designs: readonly Design[];
  readonly all: readonly Design[];
}

async function designAndCorrect(
  designer: Designer,
  target: NamedTarget,
  head: AffineHead,
  seed: number,
  size: number,
  starts?: readonly Uint8Array[],
): Promise<Rounds> {
  const designs = await designer.design(target, head, seed, starts);
  const reached = designs.map((design) => check(design, target, size).reached);
  const corrected = await designer.correct(designs, reached, target, head, seed);
  return { designs, all: [...designs, ...corrected] };
}

/** Evenly spread targets: where the best design from a random start began, and what it became. */
function drawnFrom({ targets, results }: DesignTrial, rounds: readonly Rounds[]): DrawnDesign[] {
  const { checked } = results.find(({ method }) => method === DRAWN)!;
  const stride = Math.max(1, targets.length / MOST_DRAWN);
  return Array.from({ length: Math.min(MOST_DRAWN, targets.length) }, (_, n) => {
    const i = Math.floor(n * stride);
    const result = checked[i]!;
    const { start } = rounds[i]!.all.find(({ isWhite }) => isWhite === result.isWhite)!;
    return { target: targets[i]!, start, result };
  });
}
