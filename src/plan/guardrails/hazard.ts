/** Places to keep out of: discs, and how deep a way leads into them. Own design. */
import { ShapeError, ValueError } from "../../compute/errors.js";
import type { CostTerm } from "../costs/cost-definition.js";
import type { Readout } from "../costs/readout.js";
import type { Constraint } from "../planner.js";
import type { StatePaths } from "../simulator.js";

/** A place, in the world's own unit. */
export type Position = readonly [x: number, y: number];

/** A disc that nothing should touch. */
export interface Hazard {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
}

export interface HazardOptions {
  readonly hazards: readonly Hazard[];
  /** Distance to keep from them, for what is not foreseen; default 0. */
  readonly margin?: number;
  /** Where the way begins: steps are judged by the whole stretch that they cover, the first one too. */
  readonly from: Position;
}

/**
 * How deep a way leads into hazards: the largest radius + margin − distance over all of its straight stretches; 0 or less
 * is outside, and −∞ where there is no hazard. A step over a disc is seen though both of its ends are outside.
 * @throws ValueError for a way without a place or a hazard without extent
 */
export function hazardDepth(way: readonly Position[], hazards: readonly Hazard[], margin = 0): number {
  const first = way[0];
  if (first === undefined) throw new ValueError("hazardDepth", "way", "at least one place", way);
  let deepest = Number.NEGATIVE_INFINITY;
  for (const hazard of hazards) {
    if (!(hazard.radius > 0)) throw new ValueError("hazardDepth", "radius", "above 0", hazard.radius);
    let before = first;
    for (const place of way) {
      // Math.max keeps NaN: a way that is no way is not safe.
      deepest = Math.max(deepest, hazard.radius + margin - distanceToSegment(hazard, before, place));
      before = place;
    }
  }
  return deepest;
}

/** A guardrail for paths of true states. */
export function keepOut<S>(
  { hazards, margin, from }: HazardOptions,
  positionOf: (state: S) => Position,
): Constraint<StatePaths<S>> {
  return (paths) =>
    Float64Array.from(paths, (states) => hazardDepth([from, ...states.map(positionOf)], hazards, margin));
}

/**
 * The same of imagined paths, as a term for each future: `readout` is a probe of the position. A guardrail by `inFutures`,
 * or a soft cost.
 * @throws ShapeError, when planning, unless the readout gives two numbers
 */
export function hazardTerm({ hazards, margin, from }: HazardOptions, readout: Readout): CostTerm {
  return ({ count, numFutures, horizon, dim, states }) =>
    Float64Array.from({ length: count * numFutures }, (_, path) => {
      const way: Position[] = [from];
      for (let step = path * horizon; step < (path + 1) * horizon; step++) {
        const read = readout(states.subarray(step * dim, (step + 1) * dim));
        if (read.length !== 2) throw new ShapeError("hazardTerm", "readout", [2], [read.length]);
        way.push([read[0]!, read[1]!]);
      }
      return hazardDepth(way, hazards, margin);
    });
}

function distanceToSegment({ x, y }: Hazard, [fromX, fromY]: Position, [toX, toY]: Position): number {
  const [dx, dy] = [toX - fromX, toY - fromY];
  const squared = dx ** 2 + dy ** 2;
  const share = squared > 0 ? ((x - fromX) * dx + (y - fromY) * dy) / squared : 0;
  const nearest = Math.min(1, Math.max(0, share));
  return Math.hypot(fromX + nearest * dx - x, fromY + nearest * dy - y);
}
