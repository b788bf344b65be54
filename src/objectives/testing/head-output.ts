/** The head of a masked objective carried out on given tokens and images. */
import {
  type Branch,
  type HostArray,
  keyFor,
  resolveOptions,
  runOnce,
  type Tensor,
  type Tree,
} from "../../compute/index.js";
import { initialise, trainingMode } from "../../nn/index.js";
import { type Head, projectionHead } from "../head.js";
import type { Objective } from "../objective.js";

export interface HeadCase {
  readonly objective: Objective;
  readonly options?: Readonly<Record<string, unknown>>;
  readonly featureDim: number;
  readonly gridSize: number;
  readonly imageSize: number;
  readonly channels: number;
  /** Tokens of the places that are visible to the encoder that learns. */
  readonly encoded: HostArray;
  /** Tokens of all places, of the target. */
  readonly targetEncoded?: HostArray;
  readonly images: HostArray;
  readonly masks: Readonly<Record<string, HostArray>>;
  /** What takes the place of the head's start. */
  readonly parameters?: (start: Branch<HostArray>) => Branch<HostArray>;
}

/** Projections, targets and what is watched, of one view. */
export async function headOutput(given: HeadCase) {
  const { objective, featureDim, gridSize, imageSize, channels, encoded, targetEncoded, images, masks } = given;
  const config = resolveOptions(objective.name, objective.options, given.options);
  const dims = { encoder: { featureDim, gridSizeOf: () => gridSize }, imageSize, channels, projector: undefined };
  const head: Head = (objective.head ?? projectionHead)(dims, config);
  const start = initialise(head.modules, keyFor(0)) as Branch<HostArray>;
  const parameters = given.parameters?.(start) ?? start;
  const inputs = { encoded, images, masks, parameters, ...(targetEncoded && { targetEncoded }) };
  return runOnce(inputs as Tree<HostArray>, (tensors) => {
    const { encoded, images, masks = {}, parameters, targetEncoded } = tensors as unknown as Record<string, Tensor>;
    const side = (tokens: Tensor) => ({ encoded: [tokens], parameters: parameters as never, mode: trainingMode() });
    const { projections, targets, watched } = head.forward({
      online: side(encoded!),
      ...(targetEncoded && { target: side(targetEncoded) }),
      views: [images!],
      masks: masks as never,
      scalars: {},
      numGlobalViews: 1,
    });
    return { projection: projections[0]!, target: targets![0]!, watched: watched![0]! };
  });
}
