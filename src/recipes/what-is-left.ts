/** What an objective that hides some of a view leaves of it, for pictures. */
import { defaultStatistics, type Picture } from "../augment/index.js";
import { type HostArray, lookUp, type Random, resolveOptions } from "../compute/index.js";
import { vitOptions } from "../encoders/vit.js";
import { objectives } from "../objectives/catalog.js";
import type { Objective } from "../objectives/index.js";
import type { TrainChoices } from "./main-job.js";

/** Red, green and blue of a pixel. */
type Colour = readonly [number, number, number];

/** Of places that nobody sees. */
const BLANK: Colour = [226, 224, 219];
/** Of places that are to be predicted, by group, where there are several groups. */
const GROUPS: readonly Colour[] = [
  [231, 146, 94],
  [104, 159, 201],
  [133, 181, 112],
  [184, 135, 190],
];
/** Pixels of a place: those of the vision transformer. */
const PATCH_SIZE = vitOptions.patchSize.default;
const LARGEST = 255;

/**
 * How to draw what the encoder that learns gets of a view: noise on the pixels, or visible places alone, with blocks
 * that are to be predicted in colours.
 * @returns undefined for objectives that hide nothing
 */
export function whatIsLeft(
  choices: Pick<TrainChoices, "objective" | "objectiveOptions">,
): ((view: Picture, random: Random) => Picture) | undefined {
  const objective = lookUp<Objective>("preview", "objective", objectives, choices.objective ?? "simclr");
  const config = resolveOptions(objective.name, objective.options, choices.objectiveOptions);
  if (objective.masks === undefined) return undefined;
  return (view, random) => {
    const { size, channels } = view;
    const gridSize = Math.floor(size / PATCH_SIZE);
    const masks = objective.masks!(config, { batchSize: 1, gridSize, channels, imageSize: size }, random);
    const { pixelNoise, visibleIndices, hiddenIndices } = masks;
    const noisy = pixelNoise === undefined ? view : withNoise(view, pixelNoise);
    return visibleIndices === undefined ? noisy : withoutHidden(noisy, gridSize, visibleIndices, hiddenIndices);
  };
}

/** Noise of normalised pixels, [1, C, size, size], brought to those of a picture. */
function withNoise({ size, channels, pixels }: Picture, { data }: HostArray): Picture {
  const scale = LARGEST * defaultStatistics.redStd;
  const noisy = Uint8ClampedArray.from(
    pixels,
    (value, i) => value + scale * data[(i % channels) * size ** 2 + Math.floor(i / channels)]!,
  );
  return { size, channels, pixels: new Uint8Array(noisy.buffer) };
}

function withoutHidden(view: Picture, gridSize: number, visible: HostArray, hidden?: HostArray): Picture {
  const { size, channels, pixels } = view;
  const colours = new Map<number, Colour>();
  const [, numGroups = 1, numPerGroup = 1] = hidden?.shape ?? [];
  if (numGroups > 1) {
    hidden!.data.forEach((place, i) => {
      colours.set(place, GROUPS[Math.floor(i / numPerGroup) % GROUPS.length]!);
    });
  }
  const isVisible = new Set<number>(visible.data);
  const left = pixels.map((value, i) => {
    const [row, column] = [Math.floor(i / channels / size), Math.floor(i / channels) % size];
    const place = Math.floor((row * gridSize) / size) * gridSize + Math.floor((column * gridSize) / size);
    return isVisible.has(place) ? value : (colours.get(place) ?? BLANK)[i % channels]!;
  });
  return { size, channels, pixels: left };
}
