/** Scores of a run that ask for no labels: would they have picked the run that the labels pick? */
import { type SampleRecipe, sampleKindOf } from "../../augment/index.js";
import { keyFor } from "../../compute/index.js";
import type { Samples } from "../../data/index.js";
import { calibratedLoss, type LabelFreeScore, type Report, viewMetrics } from "../../evaluate/index.js";
import { createEmbedder, type MetricLine, type RunFolder } from "../../train/index.js";
import { openSamplesOf } from "../run-samples.js";
import { trainedEncoder } from "../trained-encoder.js";

/** n images and q views of each for LiDAR. The paper has 1,000 and 50; ranks above n − 1 cannot show. */
const [NUM_IMAGES, VIEWS_PER_IMAGE] = [400, 10];

/**
 * Final loss, the loss calibrated by the regulariser's weight where there is one, and the metrics of the report that judge
 * features, with LiDAR on views made as the run's first view is. A score that cannot be measured is null.
 */
export async function labelFreeScoresOf(
  folder: RunFolder,
  report: Pick<Report, "metrics">,
): Promise<Readonly<Record<LabelFreeScore, number | null>>> {
  const { config } = folder;
  const loss = finalLossOf(folder.readMetrics(), config.totalSteps);
  const weight = config.objective.options.regularizerWeight;
  const isCalibrated = loss !== null && typeof weight === "number" && weight > 0;
  const { rankMe, alphaReq } = report.metrics;
  return {
    loss,
    calibratedLoss: isCalibrated ? calibratedLoss(loss, weight) : null,
    rankMe,
    alphaReq: finiteOrNull(alphaReq),
    lidar: finiteOrNull(await lidarOf(folder)),
  };
}

/** The mean loss over the last twentieth of the steps: a single batch says little. Null if it was not finite. */
export function finalLossOf(lines: readonly MetricLine[], totalSteps: number): number | null {
  const from = totalSteps - Math.ceil(totalSteps / 20);
  const losses = lines.filter(({ name, step }) => name === "train/total" && step > from).map(({ value }) => value);
  if (losses.length === 0 || losses.some((loss) => loss === null)) return null;
  return losses.reduce<number>((sum, loss) => sum + loss!, 0) / losses.length;
}

async function lidarOf(folder: RunFolder): Promise<number> {
  const { config } = folder;
  const set = await openSamplesOf(folder, "compare", {}, {});
  const embedder = await createEmbedder(config, await trainedEncoder(folder));
  try {
    const numImages = Math.min(NUM_IMAGES, set.numImages);
    const views = viewsOfEach(set, numImages, config.views[0]!);
    const values = await embedder.embedViews(views, numImages * VIEWS_PER_IMAGE);
    const features = { numImages: numImages * VIEWS_PER_IMAGE, dim: embedder.dim, values };
    return viewMetrics.lidar.of({ ...features, viewsPerImage: VIEWS_PER_IMAGE });
  } finally {
    await embedder.close();
    set.close();
  }
}

/** Views of samples spread evenly over a set, those of one next to each other; the same ones for every run. */
function viewsOfEach(set: Samples, numSamples: number, recipe: SampleRecipe): Float32Array {
  const maker = sampleKindOf(set).createViewMaker(recipe, set);
  const views = new Float32Array(numSamples * VIEWS_PER_IMAGE * maker.length);
  for (let i = 0; i < numSamples; i++) {
    const sample = Math.floor((i * set.numImages) / numSamples);
    for (let v = 0; v < VIEWS_PER_IMAGE; v++) {
      const at = (i * VIEWS_PER_IMAGE + v) * maker.length;
      maker.make(sample, keyFor(0, "views for lidar", i, v), views, at);
    }
  }
  return views;
}

function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
