/** How well a distance leads to a goal: against the true way, and by its traps. Own design. */
import { ShapeError, ValueError } from "../../compute/index.js";
import { spearman } from "../rank-correlation.js";
import { type FalseMinimum, falseMinima } from "./false-minima.js";
import type { GridMap } from "./grid.js";

/** What is asked about one goal. */
export interface LandscapeQuestion {
  readonly map: GridMap;
  /** The place that is wanted, as an index into the map. */
  readonly goal: number;
  /** What leads there, [height, width]: a model's energy of every place; NaN in walls. */
  readonly distances: Float64Array;
  /** The true way, [height, width]; NaN in walls and for what is cut off: such places do not count. */
  readonly geodesic: Float64Array;
  /** [height, width]: 1 where the straight way to the goal is blocked. These places tell a model that knows walls. */
  readonly isAcross?: Uint8Array;
  /** False minima that are shallower do not count, in units of `distances`; default 0. */
  readonly minDepth?: number;
}

export interface LandscapeQuality {
  /** Spearman's ρ between the distances and the true way, over all places but the goal; NaN for distances that are all alike. */
  readonly rho: number;
  readonly numPlaces: number;
  /** The same over places across a wall alone. */
  readonly rhoAcross?: number;
  readonly numAcross?: number;
  readonly falseMinima: readonly FalseMinimum[];
}

/**
 * @throws ShapeError if the arrays are not as large as the map; ValueError for a NaN where a way exists, or fewer than two
 * places to compare
 */
export function landscapeQuality(question: LandscapeQuestion): LandscapeQuality {
  const { map, goal, distances, geodesic, isAcross, minDepth = 0 } = question;
  const { width, height } = map;
  for (const [name, array] of Object.entries({ distances, geodesic, ...(isAcross && { isAcross }) })) {
    if (array.length !== width * height) {
      throw new ShapeError("landscapeQuality", name, [height, width], [array.length]);
    }
  }
  const places = [...geodesic.keys()].filter((place) => place !== goal && !Number.isNaN(geodesic[place]!));
  const rhoOver = (chosen: readonly number[]): number => {
    if (chosen.length < 2) throw new ValueError("landscapeQuality", "geodesic", "known at two places", chosen.length);
    return spearman(
      chosen.map((place) => distances[place]!),
      chosen.map((place) => geodesic[place]!),
    );
  };
  const reachable = { width, height, isOpen: Uint8Array.from(geodesic, (way) => Number(!Number.isNaN(way))) };
  const quality = {
    ...{ rho: rhoOver(places), numPlaces: places.length },
    falseMinima: falseMinima(reachable, distances, goal, minDepth),
  };
  if (isAcross === undefined) return quality;
  const across = places.filter((place) => isAcross[place]);
  return { ...quality, rhoAcross: rhoOver(across), numAcross: across.length };
}
