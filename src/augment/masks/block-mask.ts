/** Blocks to predict from what is around them. Source: Assran et al. 2023, arXiv:2301.08243. */
import { ValueError } from "../../compute/errors.js";
import { int32 } from "../../compute/host-array.js";
import type { ConfigOf, OptionTable } from "../../compute/options.js";
import { keyFor, Random } from "../../compute/random.js";
import { areaOf, type BlockShape, blockShapes, drawBlock, someOf } from "./block.js";
import { checkGridSize, type Mask } from "./mask.js";

export const blockMaskOptions = {
  numTargets: { default: 4, min: 1, max: 16, integer: true, doc: "blocks to predict; they may overlap" },
  targetShareMin: { default: 0.15, min: 0.01, max: 0.9, doc: "least share of the places in a target block" },
  targetShareMax: { default: 0.2, min: 0.01, max: 0.9, doc: "largest share of the places in a target block" },
  contextShareMin: { default: 0.85, min: 0.1, max: 1, doc: "least share of the places in the context block" },
} satisfies OptionTable;
export type BlockMaskConfig = ConfigOf<typeof blockMaskOptions>;

/** Height / width of a target block, as published. */
const ASPECT = { min: 0.75, max: 1.5 };

/** The context has as many places as this share of so many trial draws leave. */
const NUM_TRIALS = 400;
const SHARE_LEFT = 0.9;

/**
 * Target blocks somewhere in the image, and as context a large square block without any place of a target.
 * Target blocks have 15 to 20 % of the places and sides in a ratio of .75 to 1.5; the context block 85 to 100 %.
 * Source: I-JEPA (Assran et al. 2023, arXiv:2301.08243). Deviations: programs have static shapes, so
 *   - all target blocks have one area: of those in the published range the one with the most shapes (8×8 places: 3×4
 *     and 4×3). On grids too coarse for the range the nearest area. Each block draws its own shape; the original shares
 *     one in a batch.
 *   - the context is cut to a fixed number of places, which are drawn at random. The original cuts to the least in the
 *     batch in raster order, so that the bottom rows are lost. The number is what nine in ten draws leave, found by a
 *     trial with a key of its own; an image of which less is left draws again.
 */
export const blockMask: Mask<typeof blockMaskOptions> = {
  name: "blockMask",
  summary: "a few blocks to predict, and around them the context to predict them from",
  source: "arXiv:2301.08243",
  options: blockMaskOptions,

  counts(gridSize, config) {
    const { numVisible, shapes } = planFor(gridSize, config);
    return { numVisible, numGroups: config.numTargets, numHidden: areaOf(shapes[0]!) };
  },

  draw({ batchSize, gridSize }, config, random) {
    const { numVisible, shapes } = planFor(gridSize, config);
    const numHidden = areaOf(shapes[0]!);
    const visible = new Int32Array(batchSize * numVisible);
    const hidden = new Int32Array(batchSize * config.numTargets * numHidden);
    for (let b = 0; b < batchSize; b++) {
      let image = drawImage(gridSize, shapes, config, random);
      while (image.context.length < numVisible) image = drawImage(gridSize, shapes, config, random);
      visible.set(someOf(image.context, numVisible, random), b * numVisible);
      hidden.set(image.targets.flat(), b * config.numTargets * numHidden);
    }
    return {
      visibleIndices: int32(visible, [batchSize, numVisible]),
      hiddenIndices: int32(hidden, [batchSize, config.numTargets, numHidden]),
    };
  },
};

interface Plan {
  /** Of target blocks: all of one area. */
  readonly shapes: readonly BlockShape[];
  readonly numVisible: number;
}

/** Plans by what they follow from: a draw a step should not repeat the trial. */
const plans = new Map<string, Plan>();

function planFor(gridSize: number, config: BlockMaskConfig): Plan {
  checkGridSize("blockMask", gridSize, 4);
  const name = JSON.stringify([gridSize, config]);
  const known = plans.get(name);
  if (known !== undefined) return known;
  const plan = makePlan(gridSize, config);
  plans.set(name, plan);
  return plan;
}

function makePlan(gridSize: number, config: BlockMaskConfig): Plan {
  const share = { min: config.targetShareMin, max: config.targetShareMax };
  const shapes = blockShapes(gridSize, share, ASPECT);
  const random = new Random(keyFor(0, "blockMask", gridSize));
  const left = Array.from({ length: NUM_TRIALS }, () => drawImage(gridSize, shapes, config, random).context.length);
  const numVisible = left.sort((a, b) => b - a)[Math.floor(SHARE_LEFT * NUM_TRIALS)]!;
  if (numVisible >= 1) return { shapes, numVisible };
  const expected = `few enough to leave a context on a grid of ${gridSize}×${gridSize} places`;
  throw new ValueError("blockMask", "numTargets", expected, config.numTargets, "Take fewer or smaller targets.");
}

/** The blocks of one image: places of each target, and of the context without them. */
function drawImage(gridSize: number, shapes: readonly BlockShape[], config: BlockMaskConfig, random: Random) {
  const targets = Array.from({ length: config.numTargets }, () =>
    drawBlock(gridSize, shapes[random.integer(shapes.length)]!, random),
  );
  const side = Math.round(gridSize * Math.sqrt(random.uniform(config.contextShareMin, 1)));
  const taken = new Set(targets.flat());
  const context = drawBlock(gridSize, { height: side, width: side }, random).filter((place) => !taken.has(place));
  return { targets, context };
}
