/** From polygons to pixels: how much of each pixel an object covers. */
import type { ObjectShape, Outline, Point } from "./outlines.js";

/** Where an object lies in a square picture. */
export interface Placement {
  /** Centre, in pixels from the left and from the top. */
  readonly x: number;
  readonly y: number;
  /** Of the circle around the object, in pixels. */
  readonly radius: number;
  /** Clockwise from upright, in radians. */
  readonly angle: number;
}

/** Horizontal lines that sample each row of pixels; along a line coverage is exact. */
const LINES_PER_ROW = 4;

/**
 * Share of each pixel that a placed object covers, 0..1: outlines are laid over each other in order, holes cut out.
 * @returns float32 [size, size]
 */
export function coverageOf(shape: ObjectShape, placement: Placement, size: number): Float32Array {
  const coverage = new Float32Array(size * size);
  for (const outline of shape) {
    const layer = layerOf(place(outline.points, placement), size);
    for (let i = 0; i < coverage.length; i++) {
      coverage[i] = outline.isHole ? Math.min(coverage[i]!, 1 - layer[i]!) : Math.max(coverage[i]!, layer[i]!);
    }
  }
  return coverage;
}

function place(points: Outline["points"], { x, y, radius, angle }: Placement): Point[] {
  const cosine = radius * Math.cos(angle);
  const sine = radius * Math.sin(angle);
  return points.map(([right, down]) => [x + cosine * right - sine * down, y + sine * right + cosine * down] as const);
}

/** Coverage by one polygon: even-odd between the crossings of each line. */
function layerOf(polygon: readonly Point[], size: number): Float32Array {
  const layer = new Float32Array(size * size);
  for (let line = 0; line < size * LINES_PER_ROW; line++) {
    const crossings = crossingsOf(polygon, (line + 0.5) / LINES_PER_ROW);
    const row = Math.floor(line / LINES_PER_ROW) * size;
    for (let i = 0; i + 1 < crossings.length; i += 2) {
      const from = Math.max(0, crossings[i]!);
      const to = Math.min(size, crossings[i + 1]!);
      for (let column = Math.floor(from); column < to; column++) {
        const overlap = Math.min(to, column + 1) - Math.max(from, column);
        layer[row + column]! += overlap / LINES_PER_ROW;
      }
    }
  }
  return layer;
}

/** Where the outline crosses the horizontal line at height y, from left to right. */
function crossingsOf(polygon: readonly Point[], y: number): number[] {
  const crossings: number[] = [];
  for (const [i, [x1, y1]] of polygon.entries()) {
    const [x2, y2] = polygon[(i + 1) % polygon.length]!;
    if (y1 > y !== y2 > y) crossings.push(x1 + ((y - y1) / (y2 - y1)) * (x2 - x1));
  }
  return crossings.sort((a, b) => a - b);
}
