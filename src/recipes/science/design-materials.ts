/** Design by gradient against its baselines, on materials. */
import type { Features, ProgramCache } from "../../evaluate/index.js";
import { createEmbedder, type RunFolder } from "../../train/index.js";
import { trainedEncoder } from "../trained-encoder.js";
import type { DrawnDesign } from "./design-picture.js";
import { nearestLabelled, randomSearch } from "./design-searches.js";
import { drawTargets } from "./design-targets.js";
import { type Candidate, check, type DesignMethod, type DesignTrial, tryDesigns } from "./design-trial.js";
import { createDesigner, type Design } from "./designer.js";
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
 * Every target by every method. Gradient and random search ask the same head, fitted on the same labels, and the search may
 * ask it as often as all steps of the gradient do. "gradient, corrected": the solver checks the designs of all starts, and
 * each goes on from there with the surrogate's error taken into account, so it has had twice as many checks.
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
    const designs: Design[][] = [];
    const corrected: Candidate[][] = [];
    for (const [i, target] of targets.entries()) {
      onStage?.(`design ${i + 1} of ${targets.length}`);
      const first = await designer.design(target, head, seed + i);
      const checked = first.map((design) => check(design, target, size));
      const reached = checked.map((one) => one.reached);
      designs.push(first);
      corrected.push([...checked, ...(await designer.correct(first, reached, target, head, seed + i))]);
    }
    onStage?.("random search");
    const searched = randomSearch({ embedder, head, numTried: designer.passesPerTarget, size, seed });
    const checks = [...new Set([1, numStarts, 2 * numStarts])];
    const methods: DesignMethod[] = [
      { name: "nearest labelled", checks: [1], candidates: nearestLabelled(task, labelled) },
      { name: "random search", checks, candidates: searched },
      { name: "gradient", checks: [...new Set([1, numStarts])], candidates: async (_, i) => designs[i]! },
      { name: CORRECTED, checks: [2 * numStarts], candidates: async (_, i) => corrected[i]! },
    ];
    const trial = await tryDesigns(targets, methods, size);
    return { trial, drawn: drawnFrom(trial, designs) };
  } finally {
    await designer.close();
    await embedder.close();
  }
}

const CORRECTED = "gradient, corrected";
const MOST_DRAWN = 12;

/** Evenly spread targets: where the best corrected design began, and what it became. */
function drawnFrom({ targets, results }: DesignTrial, designs: readonly (readonly Design[])[]): DrawnDesign[] {
  const { checked } = results.find(({ method }) => method === CORRECTED)!;
  const stride = Math.max(1, targets.length / MOST_DRAWN);
  return Array.from({ length: Math.min(MOST_DRAWN, targets.length) }, (_, n) => {
    const i = Math.floor(n * stride);
    const result = checked[i]!;
    return { target: targets[i]!, start: startOf(result, designs[i]!), result };
  });
}

/** Candidates that are designs know where they began. */
function startOf(candidate: Candidate, designs: readonly Design[]): Uint8Array {
  return "start" in candidate ? (candidate as Design).start : designs[0]!.start;
}
