/** Let pixels on a grid change places until those that belong together lie together. */
import { type Key, Random } from "../../compute/index.js";
import type { NeighborGraph } from "./neighbor-graph.js";

export interface SettleOptions {
  /** Attempts to move, for each pixel. */
  readonly sweeps: number;
  /** Temperatures at the beginning and at the end, in units of the mean edge weight. */
  readonly hottest: number;
  readonly coldest: number;
}

const DEFAULTS: SettleOptions = { sweeps: 1000, hottest: 0.5, coldest: 0.02 };
/** An edge longer than this is taken for a mistake and pulls no harder. */
const LONGEST_PULL = 4;

/**
 * Simulated annealing of the stretch of the graph's edges, each at most a mistake's:
 *   E = Σ_edges w_pq min(‖cell_p − cell_q‖², 4²)
 * A move puts a pixel beside one it is connected with and gives its old cell to whoever was there; it is kept if E falls, or
 * with probability exp(−ΔE / T), T falling geometrically.
 * @param cells cell of each pixel, row · side + column
 * @returns the new cells
 * Source: Kirkpatrick, Gelatt and Vecchi 1983.
 */
export function settle(
  graph: NeighborGraph,
  cells: Uint32Array,
  side: number,
  key: Key,
  options: Partial<SettleOptions> = {},
): Uint32Array {
  const { sweeps, hottest, coldest } = { ...DEFAULTS, ...options };
  const random = new Random(key);
  const board = new Board(graph, cells, side);
  const n = cells.length;
  const meanWeight = board.meanWeight;
  for (let sweep = 0; sweep < sweeps; sweep++) {
    const temperature = meanWeight * hottest * (coldest / hottest) ** (sweep / Math.max(1, sweeps - 1));
    for (let attempt = 0; attempt < n; attempt++) {
      const pixel = random.integer(n);
      const cell = board.cellBesideAnEdgeOf(pixel, random);
      if (cell === undefined) continue;
      const change = board.changeBySwap(pixel, cell);
      if (change <= 0 || random.uniform() < Math.exp(-change / temperature)) board.swap(pixel, cell);
    }
  }
  return board.cellOf;
}

/** Who is where, and what a swap would change. Flat arrays: this is the inner loop. */
class Board {
  readonly cellOf: Uint32Array;
  readonly #pixelAt: Uint32Array;
  readonly #firstEdge: Uint32Array;
  readonly #to: Uint32Array;
  readonly #weight: Float64Array;

  constructor(
    graph: NeighborGraph,
    cells: Uint32Array,
    private readonly side: number,
  ) {
    this.cellOf = cells.slice();
    this.#pixelAt = new Uint32Array(cells.length);
    for (const [pixel, cell] of cells.entries()) this.#pixelAt[cell] = pixel;
    this.#firstEdge = new Uint32Array(cells.length + 1);
    for (const [pixel, edges] of graph.entries()) this.#firstEdge[pixel + 1] = this.#firstEdge[pixel]! + edges.length;
    const edges = graph.flat();
    this.#to = Uint32Array.from(edges, ({ to }) => to);
    this.#weight = Float64Array.from(edges, ({ weight }) => weight);
  }

  get meanWeight(): number {
    return this.#weight.reduce((sum, weight) => sum + weight, 0) / Math.max(1, this.#weight.length);
  }

  /** One of the four cells around a pixel that this one is connected with; undefined if it is outside or its own. */
  cellBesideAnEdgeOf(pixel: number, random: Random): number | undefined {
    const first = this.#firstEdge[pixel]!;
    const count = this.#firstEdge[pixel + 1]! - first;
    if (count === 0) return undefined;
    const anchor = this.cellOf[this.#to[first + random.integer(count)]!]!;
    const column = anchor % this.side;
    const direction = random.integer(4);
    if ((direction === 0 && column === 0) || (direction === 1 && column === this.side - 1)) return undefined;
    const cell = anchor + (direction === 0 ? -1 : direction === 1 ? 1 : direction === 2 ? -this.side : this.side);
    return cell < 0 || cell >= this.cellOf.length || cell === this.cellOf[pixel] ? undefined : cell;
  }

  changeBySwap(pixel: number, cell: number): number {
    const own = this.cellOf[pixel]!;
    const other = this.#pixelAt[cell]!;
    return this.#changeByMove(pixel, own, cell, other) + this.#changeByMove(other, cell, own, pixel);
  }

  swap(pixel: number, cell: number): void {
    const own = this.cellOf[pixel]!;
    const other = this.#pixelAt[cell]!;
    this.cellOf[pixel] = cell;
    this.cellOf[other] = own;
    this.#pixelAt[cell] = pixel;
    this.#pixelAt[own] = other;
  }

  /** The edge to `partner`, who moves the other way, keeps its length. */
  #changeByMove(pixel: number, from: number, to: number, partner: number): number {
    let change = 0;
    for (let edge = this.#firstEdge[pixel]!; edge < this.#firstEdge[pixel + 1]!; edge++) {
      const end = this.#to[edge]!;
      if (end === partner) continue;
      const place = this.cellOf[end]!;
      change += this.#weight[edge]! * (this.#stretch(to, place) - this.#stretch(from, place));
    }
    return change;
  }

  #stretch(a: number, b: number): number {
    const columns = (a % this.side) - (b % this.side);
    const rows = Math.floor(a / this.side) - Math.floor(b / this.side);
    return Math.min(LONGEST_PULL ** 2, columns * columns + rows * rows);
  }
}
