/** Put pixels together like a jigsaw puzzle: always the piece that fits best, beside those that lie already. */
import type { NeighborGraph } from "./neighbor-graph.js";

/** Pixels and the places they go to, together, and how well they fit there. */
interface Move {
  readonly pieces: readonly (readonly [pixel: number, place: number])[];
  readonly fit: number;
}

/** A piece that closes a corner is surer than two that begin a row: each of those touches one placed piece only. */
const PAIR_DISCOUNT = 0.8;

/**
 * Cells for all pixels, grown from the square of four whose weakest edge is strongest. Two kinds of move leave no choice on
 * a grid: one piece beside two or more placed ones, and a pair beside a placed pair that makes a square with it. The fit of a
 * move is its smallest affinity, each relative to the strong edges of both pixels; the best move comes first, and the grid
 * takes no more than `side` rows and columns. What fits nowhere fills the gaps at the end.
 * @param graph pixels that may be neighbours, every edge listed from both ends
 * @returns cell of each pixel, row · side + column
 */
export function growGrid(graph: NeighborGraph, side: number): Uint32Array {
  const puzzle = new Puzzle(graph, side);
  for (let move: Move | undefined = puzzle.firstMove(); move !== undefined; move = puzzle.bestMove()) puzzle.make(move);
  return puzzle.cells();
}

class Puzzle {
  /** Twice as wide as the grid: where its edges are turns out late. */
  readonly #width: number;
  readonly #pixelAt: Int32Array;
  readonly #placeOf: Int32Array;
  readonly #fits: readonly ReadonlyMap<number, number>[];
  /** Empty places beside taken ones, with the best move there while nothing around them changed. */
  readonly #frontier = new Map<number, Move | undefined>();
  #top = Number.POSITIVE_INFINITY;
  #left = Number.POSITIVE_INFINITY;
  #bottom = Number.NEGATIVE_INFINITY;
  #right = Number.NEGATIVE_INFINITY;

  constructor(
    graph: NeighborGraph,
    private readonly side: number,
  ) {
    this.#width = 2 * side + 5;
    this.#pixelAt = new Int32Array(this.#width ** 2).fill(-1);
    this.#placeOf = new Int32Array(graph.length).fill(-1);
    this.#fits = relativeWeights(graph);
  }

  /** The strongest square of four; a single piece where there is none. */
  firstMove(): Move {
    const place = (this.side + 2) * (this.#width + 1);
    const places = [place, place + 1, place + this.#width + 1, place + this.#width];
    return { pieces: strongestSquare(this.#fits).map((pixel, i) => [pixel, places[i]!] as const), fit: 1 };
  }

  make({ pieces }: Move): void {
    for (const [pixel, place] of pieces) {
      this.#pixelAt[place] = pixel;
      this.#placeOf[pixel] = place;
      const [row, column] = [Math.floor(place / this.#width), place % this.#width];
      [this.#top, this.#bottom] = [Math.min(this.#top, row), Math.max(this.#bottom, row)];
      [this.#left, this.#right] = [Math.min(this.#left, column), Math.max(this.#right, column)];
      this.#frontier.delete(place);
      for (const near of this.#around(place)) {
        if (this.#pixelAt[near] === -1) this.#frontier.set(near, undefined);
        // a pair that would begin beside `near` may now be one piece in a corner
        for (const beyond of this.#around(near)) if (this.#frontier.has(beyond)) this.#frontier.set(beyond, undefined);
      }
    }
  }

  bestMove(): Move | undefined {
    let best: Move | undefined;
    for (const [place, known] of this.#frontier) {
      if (!this.#isWithinReach(place)) continue;
      const isStillOpen = known?.pieces.every(([pixel]) => this.#placeOf[pixel] === -1);
      const move = isStillOpen ? known : this.#bestAt(place);
      if (move === undefined) continue;
      this.#frontier.set(place, move);
      if (best === undefined || move.fit > best.fit) best = move;
    }
    return best;
  }

  /** Cells of the pixels that lie, shifted into the grid; the others take the cells that are left. */
  cells(): Uint32Array {
    const { side } = this;
    const cells = new Uint32Array(this.#placeOf.length);
    const isFree = new Uint8Array(side * side).fill(1);
    for (const [pixel, place] of this.#placeOf.entries()) {
      if (place < 0) continue;
      cells[pixel] = (Math.floor(place / this.#width) - this.#top) * side + (place % this.#width) - this.#left;
      isFree[cells[pixel]!] = 0;
    }
    const free = [...isFree.keys()].filter((cell) => isFree[cell] === 1);
    for (const [pixel, place] of this.#placeOf.entries()) if (place < 0) cells[pixel] = free.pop()!;
    return cells;
  }

  #bestAt(place: number): Move | undefined {
    const beside = this.#around(place).filter((near) => this.#pixelAt[near]! >= 0);
    return beside.length >= 2 ? this.#bestPiece(place, beside) : this.#bestPair(place, beside[0]!);
  }

  #bestPiece(place: number, beside: readonly number[]): Move | undefined {
    const others = beside.map((near) => this.#fits[this.#pixelAt[near]!]!);
    let best: Move | undefined;
    for (const pixel of others[0]!.keys()) {
      if (this.#placeOf[pixel] !== -1) continue;
      const fit = Math.min(...others.map((fits) => fits.get(pixel) ?? 0));
      if (fit > (best?.fit ?? 0)) best = { pieces: [[pixel, place]], fit };
    }
    return best;
  }

  /** A piece at `place` beside `anchor`, and with it one to its left or right, beside the anchor's neighbour there. */
  #bestPair(place: number, anchor: number): Move | undefined {
    const ahead = Math.abs(place - anchor) === 1 ? this.#width : 1;
    let best: Move | undefined;
    for (const step of [ahead, -ahead]) {
      const partner = this.#pixelAt[anchor + step]!;
      if (partner < 0 || this.#pixelAt[place + step] !== -1 || !this.#isWithinReach(place + step)) continue;
      for (const [first, besideAnchor] of this.#fits[this.#pixelAt[anchor]!]!) {
        if (this.#placeOf[first] !== -1 || PAIR_DISCOUNT * besideAnchor <= (best?.fit ?? 0)) continue;
        for (const [second, between] of this.#fits[first]!) {
          if (this.#placeOf[second] !== -1) continue;
          const fit = PAIR_DISCOUNT * Math.min(besideAnchor, between, this.#fits[partner]!.get(second) ?? 0);
          if (fit <= (best?.fit ?? 0)) continue;
          best = {
            pieces: [
              [first, place],
              [second, place + step],
            ],
            fit,
          };
        }
      }
    }
    return best;
  }

  #around(place: number): readonly number[] {
    return [place - this.#width, place + 1, place + this.#width, place - 1];
  }

  #isWithinReach(place: number): boolean {
    const [row, column] = [Math.floor(place / this.#width), place % this.#width];
    const numRows = Math.max(this.#bottom, row) - Math.min(this.#top, row) + 1;
    const numColumns = Math.max(this.#right, column) - Math.min(this.#left, column) + 1;
    return numRows <= this.side && numColumns <= this.side;
  }
}

/** Four pixels around a point, each an edge from the next, of which the weakest is strongest; pixel 0 if there are none. */
function strongestSquare(fits: readonly ReadonlyMap<number, number>[]): readonly number[] {
  let best: { readonly pixels: readonly number[]; readonly weakest: number } = { pixels: [0], weakest: 0 };
  for (const [a, edges] of fits.entries()) {
    for (const [b, ab] of edges) {
      for (const [d, ad] of edges) {
        if (b >= d || Math.min(ab, ad) <= best.weakest) continue;
        for (const [c, bc] of fits[b]!) {
          const weakest = Math.min(ab, ad, bc, fits[d]!.get(c) ?? 0);
          if (c !== a && weakest > best.weakest) best = { pixels: [a, b, c, d], weakest };
        }
      }
    }
  }
  return best.pixels;
}

/** Weights relative to the strong edges of both ends: about 1 between neighbours, wherever they lie. */
function relativeWeights(graph: NeighborGraph): readonly ReadonlyMap<number, number>[] {
  const strength = graph.map((edges) => {
    const strong = edges
      .map(({ weight }) => weight)
      .sort((a, b) => b - a)
      .slice(0, 4);
    return strong.reduce((sum, weight) => sum + weight, 0) / Math.max(1, strong.length);
  });
  return graph.map(
    (edges, pixel) =>
      new Map(edges.map(({ to, weight }) => [to, weight / Math.sqrt(strength[pixel]! * strength[to]!)])),
  );
}
