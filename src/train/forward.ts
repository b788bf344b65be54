/** From views to a loss: the encoder on each view, the target's on the global ones, then head and objective. */
import { type Branch, concat, type Tensor } from "../compute/index.js";
import type { Encoding } from "../encoders/index.js";
import type { Mode } from "../nn/index.js";
import type { HeadSide } from "../objectives/head.js";
import type { Model } from "./model.js";
import type { Named } from "./training-step.js";

/**
 * What the encoder that learns makes of the views, with what the objective hides from it.
 * @param views one a view, each [B, C, H, W]; @param masks what the objective drew, one row an image
 * @returns one a view: features [B, F] or tokens [B, K, F]
 */
export function encodeOnline(
  { encoder, objective }: Model,
  parameters: Branch<Tensor>,
  { views, masks }: { readonly views: readonly Tensor[]; readonly masks: Named<Tensor> },
  mode: Mode,
): Tensor[] {
  const { pixelNoise, visibleIndices } = masks;
  const seen = pixelNoise === undefined ? views : views.map((view) => view.add(pixelNoise));
  return bySize(seen, (images, count) => {
    const visible = visibleIndices && concat(Array<Tensor>(count).fill(visibleIndices), 0);
    return readOf(objective.needs.tokens, encoder.encode(parameters as never, images, mode, visible));
  });
}

/**
 * What the target makes of the global views: nothing hidden, no gradient.
 * @returns one a global view
 */
export function encodeTarget(
  { encoder, objective, objectiveConfig }: Model,
  parameters: Branch<Tensor>,
  globalViews: readonly Tensor[],
  mode: Mode,
): Tensor[] {
  return bySize(globalViews, (images) => {
    const encoding = encoder.encode(parameters as never, images, mode);
    const read = objective.readTarget?.(encoding, objectiveConfig) ?? readOf(objective.needs.tokens, encoding);
    return read.stopGradient();
  });
}

/** Everything the head and the objective read. */
export interface LossInputs {
  readonly online: HeadSide;
  readonly target?: HeadSide;
  readonly views: readonly Tensor[];
  readonly actions?: Tensor;
  readonly masks: Named<Tensor>;
  readonly noise: Named<Tensor>;
  readonly scalars: Named<Tensor>;
  readonly numGlobalViews: number;
}

/** What a step reports of its loss. A type, not an interface, so that it is a `Tree` by structure. */
export type LossReport = {
  readonly terms: Named<Tensor>;
  /** [B, D] of the first view, and of the second if there is one: what the collapse doctor looks at. */
  readonly projections: Tensor;
  readonly positives?: Tensor;
};

/** The loss of encodings, and what is reported of it. */
export function lossOf(model: Model, inputs: LossInputs): { total: Tensor; report: LossReport } {
  const { noise, scalars, numGlobalViews } = inputs;
  const { projections, targets, targetViews, sequence, watched } = model.head.forward(inputs);
  const compared = {
    ...(targets && { targets: targets.map((t) => t.stopGradient()) }),
    ...(targetViews && { targetViews }),
    ...(sequence && { sequence }),
  };
  const { total, terms } = model.objective.loss(
    { projections, ...compared, numGlobalViews, noise, scalars },
    model.objectiveConfig,
  );
  const [first, second] = watched ?? projections;
  return { total, report: { terms, projections: pooled(first!), ...(second && { positives: pooled(second) }) } };
}

/** [B, D] as it is; places [B, K, D] as their mean. */
export function pooled(encoded: Tensor): Tensor {
  return encoded.shape.length === 3 ? encoded.mean(1) : encoded;
}

function readOf(tokens: "pooled" | "patches", encoding: Encoding): Tensor {
  return tokens === "pooled" ? encoding.features : encoding.tokens;
}

/** Views of one size pass through together, so that BatchNorm sees them all; each result comes to its view's place. */
function bySize(views: readonly Tensor[], pass: (images: Tensor, count: number) => Tensor): Tensor[] {
  const results: Tensor[] = [];
  for (const size of new Set(views.map((view) => view.shape.at(-1)!))) {
    const group = [...views.keys()].filter((v) => views[v]!.shape.at(-1) === size);
    const joined = concat(
      group.map((v) => views[v]!),
      0,
    );
    pass(joined, group.length)
      .split(0, group.length)
      .forEach((part, i) => {
        results[group[i]!] = part;
      });
  }
  return results;
}
