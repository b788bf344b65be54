/** Places that look like the goal to somebody who only goes downhill. */
import { ValueError } from "../../compute/index.js";
import { forEachNeighbor, type GridMap, requirePlace } from "./grid.js";

export interface FalseMinimum {
  /** Its lowest place, as an index into the map; of a plateau one of its places. */
  readonly place: number;
  /** How far one must climb from there before it goes down to somewhere lower; ∞ where no way leads to anything lower. */
  readonly depth: number;
}

/**
 * Every open place but the goal's that has no lower neighbour, deepest first; a plateau is one place.
 * @param distances [height, width]; what they are in walls does not matter
 * @param minDepth shallower ones are left out: ripples of a learned distance, not traps. Default 0: all
 * The depth is the persistence of the minimum: flood the landscape; two pools that meet at a level are one from there on,
 * and the one that is less deep has ended, its depth being that level above its bottom (Edelsbrunner et al. 2002). The
 * goal's pool never ends, though its bottom be higher than others'.
 * @throws ValueError for a distance that is NaN at an open place
 */
export function falseMinima(map: GridMap, distances: Float64Array, goal: number, minDepth = 0): FalseMinimum[] {
  requirePlace("falseMinima", "goal", map, goal);
  const open = [...map.isOpen.keys()].filter((place) => map.isOpen[place]);
  const unknown = open.find((place) => Number.isNaN(distances[place]!));
  if (unknown !== undefined) {
    throw new ValueError("falseMinima", "distances", "a number at every open place", `NaN at ${unknown}`);
  }
  const pools = new Pools(map.isOpen.length);
  const bottomOf = (pool: number) => (pool === pools.of(goal) ? Number.NEGATIVE_INFINITY : distances[pool]!);
  const found: FalseMinimum[] = [];
  for (const place of open.sort((a, b) => distances[a]! - distances[b]!)) {
    const level = distances[place]!;
    pools.begin(place);
    forEachNeighbor(map, place, (neighbor) => {
      if (!pools.has(neighbor)) return;
      const [a, b] = [pools.of(place), pools.of(neighbor)];
      if (a === b) return;
      const [deeper, other] = bottomOf(a) <= bottomOf(b) ? [a, b] : [b, a];
      found.push({ place: other, depth: level - distances[other]! });
      pools.join(other, deeper);
    });
  }
  const cutOff = open.filter((place) => pools.of(place) === place && place !== pools.of(goal));
  found.push(...cutOff.map((place) => ({ place, depth: Number.POSITIVE_INFINITY })));
  return found.filter(({ depth }) => depth > minDepth).sort((a, b) => b.depth - a.depth);
}

/** Which places lie in the same pool; a pool is named by its bottom. */
class Pools {
  /** The next place on the way to the bottom; −1 while a place is dry. */
  readonly #towards: Int32Array;

  constructor(numPlaces: number) {
    this.#towards = new Int32Array(numPlaces).fill(-1);
  }

  begin(place: number): void {
    this.#towards[place] = place;
  }

  has(place: number): boolean {
    return this.#towards[place]! >= 0;
  }

  of(place: number): number {
    if (!this.has(place)) return -1;
    let bottom = place;
    while (this.#towards[bottom] !== bottom) bottom = this.#towards[bottom]!;
    for (let at = place; at !== bottom; ) {
      const next = this.#towards[at]!;
      this.#towards[at] = bottom; // shorter for whoever asks next
      at = next;
    }
    return bottom;
  }

  join(pool: number, into: number): void {
    this.#towards[pool] = into;
  }
}
