/** The distance of every place from a goal: along the shortest way round the walls, and as the crow flies. */
import { forEachNeighbor, type GridMap, requirePlace } from "./grid.js";

/**
 * Length of the shortest way over the grid to the goal, [height, width]; NaN for walls and for what is cut off.
 * Straight steps are 1 long, diagonal ones √2: up to 8 % longer than the shortest way over open ground.
 * Source: Dijkstra 1959.
 * @throws ShapeError, ValueError as `requirePlace`
 */
export function geodesicOnGrid(map: GridMap, goal: number): Float64Array {
  requirePlace("geodesicOnGrid", "goal", map, goal);
  const distances = new Float64Array(map.isOpen.length).fill(Number.NaN);
  const queue = new NearestFirst();
  queue.push(goal, 0);
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    const { place, distance } = next;
    if (!Number.isNaN(distances[place]!)) continue; // reached before, on a shorter way
    distances[place] = distance;
    forEachNeighbor(map, place, (neighbor, length) => {
      if (Number.isNaN(distances[neighbor]!)) queue.push(neighbor, distance + length);
    });
  }
  return distances;
}

/** √(dx² + dy²) to the goal where a place is open, walls or not in between; NaN in walls. */
export function euclideanOnGrid(map: GridMap, goal: number): Float64Array {
  requirePlace("euclideanOnGrid", "goal", map, goal);
  const { width, isOpen } = map;
  const [goalX, goalY] = [goal % width, Math.floor(goal / width)];
  return Float64Array.from(isOpen, (open, i) =>
    open ? Math.hypot((i % width) - goalX, Math.floor(i / width) - goalY) : Number.NaN,
  );
}

interface Waiting {
  readonly place: number;
  readonly distance: number;
}

/** A binary heap. */
class NearestFirst {
  readonly #heap: Waiting[] = [];

  push(place: number, distance: number): void {
    const heap = this.#heap;
    let at = heap.push({ place, distance }) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (heap[parent]!.distance <= distance) break;
      [heap[at], heap[parent]] = [heap[parent]!, heap[at]!];
      at = parent;
    }
  }

  pop(): Waiting | undefined {
    const heap = this.#heap;
    const [first, last] = [heap[0], heap.pop()];
    if (last === undefined || heap.length === 0) return first;
    heap[0] = last;
    for (let at = 0; ; ) {
      const [left, right] = [2 * at + 1, 2 * at + 2];
      let least = at;
      if (left < heap.length && heap[left]!.distance < heap[least]!.distance) least = left;
      if (right < heap.length && heap[right]!.distance < heap[least]!.distance) least = right;
      if (least === at) return first;
      [heap[at], heap[least]] = [heap[least]!, heap[at]!];
      at = least;
    }
  }
}
