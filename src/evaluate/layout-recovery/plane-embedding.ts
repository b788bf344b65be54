/** From a graph of neighbours to places in the plane: walk the graph, then find points with these walking distances. */
import { type Key, Random } from "../../compute/index.js";
import type { NeighborGraph } from "./neighbor-graph.js";

/** An edge far weaker than the strong ones counts as so many steps at most. */
const LONGEST_STEP = 4;
const STRONG_SHARE = 0.9;
const MAX_ROUNDS = 300;
const TOLERANCE = 1e-7;

/**
 * Places [n, 2] whose distances resemble the walking distances in the graph (Isomap): classical scaling of the shortest
 * paths, D² doubly centred, along its two leading eigenvectors.
 *   length of an edge = 1 − ½ ln(weight / strong weight), between 1 and 4
 * Source: Tenenbaum, de Silva and Langford 2000; used on pixels by Le Roux, Bengio, Lamblin, Joliveau and Kégl 2007,
 * "Learning the 2-D topology of images". Deviation: partial correlations make the graph, not correlations.
 */
export function embedInPlane(graph: NeighborGraph, key: Key): Float64Array {
  const n = graph.length;
  const distances = walkingDistances(graph);
  const squares = distances.map((d) => d * d);
  const rowMeans = Float64Array.from({ length: n }, (_, i) => meanOf(squares.subarray(i * n, (i + 1) * n)));
  const mean = meanOf(rowMeans);
  const centred = squares.map((d, i) => -0.5 * (d - rowMeans[Math.floor(i / n)]! - rowMeans[i % n]! + mean));
  return leadingPlane(centred, n, new Random(key));
}

/** Shortest paths between all pairs: Dijkstra from each pixel. */
function walkingDistances(graph: NeighborGraph): Float64Array {
  const n = graph.length;
  const weights = graph.flatMap((edges) => edges.map(({ weight }) => weight)).sort((a, b) => a - b);
  const strong = weights[Math.floor(STRONG_SHARE * weights.length)] ?? 1;
  const lengthOf = (weight: number) => Math.min(LONGEST_STEP, Math.max(1, 1 - 0.5 * Math.log(weight / strong)));
  const steps = graph.map((edges) => edges.map(({ to, weight }) => ({ to, length: lengthOf(weight) })));
  const distances = new Float64Array(n * n).fill(Number.POSITIVE_INFINITY);
  for (let start = 0; start < n; start++) walkFrom(steps, start, distances.subarray(start * n, (start + 1) * n));
  return distances;
}

/** Buckets of a small width take the place of a heap: lengths lie between 1 and 4. */
function walkFrom(
  steps: readonly (readonly { readonly to: number; readonly length: number }[])[],
  start: number,
  distance: Float64Array,
): void {
  const buckets: number[][] = [[start]];
  distance[start] = 0;
  for (let b = 0; b < buckets.length; b++) {
    for (const pixel of buckets[b] ?? []) {
      const own = distance[pixel]!;
      if (Math.floor(own) !== b) continue; // reached sooner by another way
      for (const { to, length } of steps[pixel]!) {
        if (own + length >= distance[to]!) continue;
        distance[to] = own + length;
        const bucket = Math.floor(own + length);
        while (buckets.length <= bucket) buckets.push([]);
        buckets[bucket]!.push(to);
      }
    }
  }
}

/** Coordinates along the two leading eigenvectors of a symmetric matrix, by subspace iteration. */
function leadingPlane(matrix: Float64Array, n: number, random: Random): Float64Array {
  let [first, second] = orthonormal(
    Float64Array.from({ length: n }, () => random.normal()),
    Float64Array.from({ length: n }, () => random.normal()),
  );
  let before = 0;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const [a, b] = [multiply(matrix, first, n), multiply(matrix, second, n)];
    const now = dot(a, first) + dot(b, second);
    [first, second] = orthonormal(a, b);
    if (Math.abs(now - before) <= TOLERANCE * Math.abs(now)) break;
    before = now;
  }
  return alongAxes(matrix, n, first, second);
}

/** Turn two vectors that span the plane into eigenvectors, each as long as the square root of its eigenvalue. */
function alongAxes(matrix: Float64Array, n: number, first: Float64Array, second: Float64Array): Float64Array {
  const [a, b] = [multiply(matrix, first, n), multiply(matrix, second, n)];
  const [aa, ab, bb] = [dot(a, first), dot(a, second), dot(b, second)];
  const angle = 0.5 * Math.atan2(2 * ab, aa - bb);
  const [cosine, sine] = [Math.cos(angle), Math.sin(angle)];
  const [larger, smaller] = [
    cosine * cosine * aa + 2 * cosine * sine * ab + sine * sine * bb,
    sine * sine * aa - 2 * cosine * sine * ab + cosine * cosine * bb,
  ];
  const places = new Float64Array(2 * n);
  for (let i = 0; i < n; i++) {
    places[2 * i] = Math.sqrt(Math.max(0, larger)) * (cosine * first[i]! + sine * second[i]!);
    places[2 * i + 1] = Math.sqrt(Math.max(0, smaller)) * (cosine * second[i]! - sine * first[i]!);
  }
  return places;
}

function orthonormal(a: Float64Array, b: Float64Array): readonly [Float64Array, Float64Array] {
  const first = scaled(a, 1 / Math.sqrt(dot(a, a)));
  const overlap = dot(b, first);
  const rest = b.map((value, i) => value - overlap * first[i]!);
  return [first, scaled(rest, 1 / Math.sqrt(dot(rest, rest)))];
}

function multiply(matrix: Float64Array, vector: Float64Array, n: number): Float64Array {
  return Float64Array.from({ length: n }, (_, i) => dot(matrix.subarray(i * n, (i + 1) * n), vector));
}

function scaled(vector: Float64Array, factor: number): Float64Array {
  return vector.map((value) => factor * value);
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

function meanOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
