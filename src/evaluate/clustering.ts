/** Clusters found without labels, and how well they agree with classes. */
import { type Key, Random, ShapeError } from "../compute/index.js";

export interface Clustering {
  /** Cluster of each row. */
  readonly clusterOf: Int32Array;
  /** Σ ‖x − its cluster's mean‖² */
  readonly inertia: number;
}

/** On data without clear clusters the last few rows wander for long; who they join says nothing. */
const MAX_ROUNDS = 25;

/**
 * k-means from k-means++ seeds, on the dot products of the rows alone: what a round costs does not depend on their width.
 *   ‖x_i − mean_c‖² = G_ii − 2/n_c Σ_{j∈c} G_ij + 1/n_c² Σ_{j,l∈c} G_jl
 * A cluster that loses all its rows takes the row that is farthest from its mean.
 * @param gram G = X Xᵀ, [n, n]
 * @throws ShapeError if `gram` is not [n, n] or there are fewer rows than clusters
 * Source: Lloyd 1982; seeds of Arthur and Vassilvitskii 2007.
 */
export function kMeans(gram: Float32Array, n: number, numClusters: number, key: Key): Clustering {
  if (gram.length !== n * n) throw new ShapeError("kMeans", "gram", [n, n], [gram.length]);
  if (numClusters < 1 || numClusters > n) {
    throw new ShapeError("kMeans", "gram", `at least ${numClusters} rows for ${numClusters} clusters`, [n]);
  }
  let clusterOf = nearestSeed(gram, n, seedRows(gram, n, numClusters, new Random(key)));
  for (let round = 0; ; round++) {
    const { distances, counts } = distancesToMeans(gram, n, numClusters, clusterOf);
    const next = new Int32Array(n);
    let inertia = 0;
    for (let i = 0; i < n; i++) {
      inertia += distances[i * numClusters + clusterOf[i]!]!;
      for (let c = 1; c < numClusters; c++) {
        if (counts[c]! > 0 && distances[i * numClusters + c]! < distances[i * numClusters + next[i]!]!) next[i] = c;
      }
    }
    fillEmpty(next, distances, numClusters);
    if (round === MAX_ROUNDS || next.every((c, i) => c === clusterOf[i])) return { clusterOf, inertia };
    clusterOf = next;
  }
}

/** Rows far from each other: each next one with a probability in proportion to its squared distance to the seeds so far. */
function seedRows(gram: Float32Array, n: number, numClusters: number, random: Random): number[] {
  const seeds = [random.integer(n)];
  const distances = new Float64Array(n).fill(Number.POSITIVE_INFINITY);
  while (seeds.length < numClusters) {
    const latest = seeds.at(-1)!;
    let total = 0;
    for (let i = 0; i < n; i++) {
      const distance = gram[i * n + i]! - 2 * gram[i * n + latest]! + gram[latest * n + latest]!;
      distances[i] = i === latest ? 0 : Math.min(distances[i]!, Math.max(0, distance));
      total += distances[i]!;
    }
    let left = random.uniform() * total;
    let chosen = distances.findIndex((distance) => {
      left -= distance;
      return distance > 0 && left <= 0;
    });
    // copies of the seeds alone are left
    if (chosen < 0) chosen = distances.findIndex((_, i) => !seeds.includes(i));
    seeds.push(chosen);
  }
  return seeds;
}

function nearestSeed(gram: Float32Array, n: number, seeds: readonly number[]): Int32Array {
  const clusterOf = Int32Array.from({ length: n }, (_, i) => {
    const score = (seed: number) => 2 * gram[i * n + seed]! - gram[seed * n + seed]!;
    return seeds.reduce((best, seed, c) => (score(seed) > score(seeds[best]!) ? c : best), 0);
  });
  for (const [c, seed] of seeds.entries()) clusterOf[seed] = c;
  return clusterOf;
}

function distancesToMeans(gram: Float32Array, n: number, numClusters: number, clusterOf: Int32Array) {
  const counts = new Int32Array(numClusters);
  for (const c of clusterOf) counts[c]!++;
  const sums = new Float64Array(n * numClusters); // Σ_{j∈c} G_ij
  const within = new Float64Array(numClusters); // Σ_{j,l∈c} G_jl
  for (let i = 0; i < n; i++) {
    const at = i * numClusters;
    for (let j = 0; j < n; j++) sums[at + clusterOf[j]!]! += gram[i * n + j]!;
    within[clusterOf[i]!]! += sums[at + clusterOf[i]!]!;
  }
  for (let i = 0; i < n; i++) {
    for (let c = 0; c < numClusters; c++) {
      const count = Math.max(1, counts[c]!);
      const at = i * numClusters + c;
      sums[at] = Math.max(0, gram[i * n + i]! - (2 * sums[at]!) / count + within[c]! / (count * count));
    }
  }
  return { distances: sums, counts };
}

function fillEmpty(clusterOf: Int32Array, distances: Float64Array, numClusters: number): void {
  const counts = new Int32Array(numClusters);
  for (const c of clusterOf) counts[c]!++;
  for (let empty = counts.indexOf(0); empty >= 0; empty = counts.indexOf(0)) {
    let farthest = -1;
    let most = -1;
    for (const [i, c] of clusterOf.entries()) {
      const distance = distances[i * numClusters + c]!;
      if (counts[c]! > 1 && distance > most) [farthest, most] = [i, distance];
    }
    counts[clusterOf[farthest]!]!--;
    counts[empty]!++;
    clusterOf[farthest] = empty;
  }
}

/**
 * Normalised mutual information of two partitions: I(A; B) / ((H(A) + H(B)) / 2), 1 for equal ones up to names, 0 for
 * independent ones. Two partitions of one part each agree: 1.
 */
export function normalizedMutualInformation(a: Int32Array, b: Int32Array): number {
  const { joint, ofA, ofB } = contingency(a, b);
  const n = a.length;
  const entropy = (counts: Iterable<number>) => {
    let sum = 0;
    for (const count of counts) sum -= (count / n) * Math.log(count / n);
    return sum;
  };
  const [entropyA, entropyB] = [entropy(ofA.values()), entropy(ofB.values())];
  if (entropyA + entropyB === 0) return 1;
  const mutual = entropyA + entropyB - entropy(joint.values());
  return Math.max(0, (2 * mutual) / (entropyA + entropyB));
}

/**
 * Adjusted Rand index: the share of pairs on which two partitions agree, 0 for what chance gives and 1 for equal ones.
 * Source: Hubert and Arabie 1985. Two partitions that leave chance no room (all in one part, or each alone) agree: 1.
 */
export function adjustedRandIndex(a: Int32Array, b: Int32Array): number {
  const { joint, ofA, ofB } = contingency(a, b);
  const pairs = (count: number) => (count * (count - 1)) / 2;
  const pairsOf = (counts: Map<unknown, number>) => [...counts.values()].reduce((sum, count) => sum + pairs(count), 0);
  const [together, inA, inB, all] = [pairsOf(joint), pairsOf(ofA), pairsOf(ofB), pairs(a.length)];
  const expected = all === 0 ? 0 : (inA * inB) / all;
  const room = (inA + inB) / 2 - expected;
  return room === 0 ? 1 : (together - expected) / room;
}

function contingency(a: Int32Array, b: Int32Array) {
  if (a.length !== b.length) throw new ShapeError("contingency", "b", [a.length], [b.length], "One part for each row.");
  const [joint, ofA, ofB] = [new Map<string, number>(), new Map<number, number>(), new Map<number, number>()];
  const add = <K>(counts: Map<K, number>, key: K) => counts.set(key, (counts.get(key) ?? 0) + 1);
  for (let i = 0; i < a.length; i++) {
    add(joint, `${a[i]} ${b[i]}`);
    add(ofA, a[i]!);
    add(ofB, b[i]!);
  }
  return { joint, ofA, ofB };
}
