/** Who is probably next to whom, as a graph. */

export interface Edge {
  readonly to: number;
  readonly weight: number;
}

/** For each pixel its edges; every edge is listed from both ends. */
export type NeighborGraph = readonly (readonly Edge[])[];

/**
 * Connect each pixel with those of highest affinity.
 * @param affinity symmetric [n, n]; only positive entries connect
 * @param k how many each pixel chooses
 * @param choice "both" keeps an edge that both ends chose, "either" one that any end chose
 */
export function neighborGraph(
  affinity: Float64Array,
  n: number,
  { k, choice }: { readonly k: number; readonly choice: "both" | "either" },
): NeighborGraph {
  const chosen = Array.from({ length: n }, (_, p) => new Set(highest(affinity.subarray(p * n, (p + 1) * n), k)));
  return chosen.map((own, p) => {
    const candidates = new Set([...own, ...chosen.keys()].filter((q) => isEdge(own.has(q), chosen[q]!.has(p), choice)));
    return [...candidates].sort((a, b) => a - b).map((q) => ({ to: q, weight: affinity[p * n + q]! }));
  });
}

function isEdge(isOwn: boolean, isOthers: boolean, choice: "both" | "either"): boolean {
  return choice === "both" ? isOwn && isOthers : isOwn || isOthers;
}

/** Places of the k highest positive values. */
function highest(values: Float64Array, k: number): number[] {
  const best: number[] = [];
  for (let at = 0; at < values.length; at++) {
    const value = values[at]!;
    if (value <= 0 || (best.length === k && value <= values[best[k - 1]!]!)) continue;
    let place = best.length;
    while (place > 0 && values[best[place - 1]!]! < value) place--;
    best.splice(place, 0, at);
    if (best.length > k) best.pop();
  }
  return best;
}

/**
 * Add the strongest edges that join the parts of a graph until it is one part, so that there is a way from everywhere to
 * everywhere.
 */
export function connectParts(graph: NeighborGraph, affinity: Float64Array): NeighborGraph {
  const n = graph.length;
  const edges = graph.map((own) => [...own]);
  for (let part = reachedFrom(edges, 0); part.size < n; part = reachedFrom(edges, 0)) {
    let best = { from: 0, to: 0, weight: Number.NEGATIVE_INFINITY };
    for (const from of part) {
      for (let to = 0; to < n; to++) {
        const weight = affinity[from * n + to]!;
        if (weight > best.weight && !part.has(to)) best = { from, to, weight };
      }
    }
    // however weak: a step along it is a long one
    const weight = Math.max(best.weight, Number.MIN_VALUE);
    edges[best.from]!.push({ to: best.to, weight });
    edges[best.to]!.push({ to: best.from, weight });
  }
  return edges;
}

function reachedFrom(graph: NeighborGraph, start: number): Set<number> {
  const reached = new Set([start]);
  for (const pixel of reached) for (const { to } of graph[pixel]!) reached.add(to);
  return reached;
}
