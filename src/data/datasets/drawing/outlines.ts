/**
 * Ten kinds of objects as polygons, each drawn in proportions of its own. None looks the same when it is turned, so its
 * orientation is a fact; three (flag, key, mug) have a left and a right, so a mirror image is another thing.
 */
import type { Random } from "../../../compute/random.js";

/** x to the right, y down. */
export type Point = readonly [x: number, y: number];

/** A closed polygon: filled, or cut out of those before it. */
export interface Outline {
  readonly points: readonly Point[];
  readonly isHole: boolean;
}

/** An upright object inside the unit circle about (0, 0), its bounding box centred there. */
export type ObjectShape = readonly Outline[];

const ARC_POINTS = 24;

/** How each kind is drawn, upright, of any size anywhere. */
const kinds = {
  arrow(random) {
    const [shaft, head, length] = [random.uniform(0.12, 0.28), random.uniform(0.5, 0.8), random.uniform(0.6, 1.1)];
    const neck = length - 1;
    return [solid(mirrored([point(0, -1), point(head, neck), point(shaft, neck), point(shaft, 1)]))];
  },
  crescent(random) {
    const [opening, depth] = [random.uniform(0.7, 1.1), random.uniform(0.25, 0.6)];
    const outer = arc(0, 0, 1, 1, opening - Math.PI / 2, 1.5 * Math.PI - opening);
    const [right, tip] = [Math.sin(opening), -Math.cos(opening)];
    // back along a flatter arc between the same tips
    const inner = arc(0, tip, right, depth + right * 0.35, Math.PI, 0);
    return [solid([...outer, ...inner])];
  },
  drop(random) {
    const [power, width] = [random.uniform(1, 2.2), random.uniform(0.75, 1.1)];
    const around = Array.from({ length: 2 * ARC_POINTS }, (_, i) => (Math.PI * i) / ARC_POINTS);
    return [solid(around.map((t) => point(width * Math.sin(t) * Math.abs(Math.sin(t / 2)) ** power, -Math.cos(t))))];
  },
  fish(random) {
    const [width, tail, notch] = [random.uniform(0.32, 0.5), random.uniform(0.35, 0.6), random.uniform(0.1, 0.25)];
    const body = arc(0, -0.3, width, 0.7, 0, 2 * Math.PI);
    return [solid(body), solid([point(0, 0.15), point(tail, 1), point(0, 1 - notch), point(-tail, 1)])];
  },
  flag(random) {
    const [pole, width, height] = [random.uniform(0.08, 0.14), random.uniform(0.8, 1.2), random.uniform(0.6, 1)];
    const notch = random.uniform(0, 0.35);
    const cloth = [
      point(0, -1),
      point(width, -1),
      point(width - notch, -1 + height / 2),
      point(width, -1 + height),
      point(0, -1 + height),
    ];
    return [solid(box(-pole, -1, pole, 1)), solid(cloth)];
  },
  heart(random) {
    const [width, lobe] = [random.uniform(0.85, 1.15), random.uniform(4, 6)];
    const around = Array.from({ length: 2 * ARC_POINTS }, (_, i) => (Math.PI * i) / ARC_POINTS);
    const height = (t: number) => 13 * Math.cos(t) - lobe * Math.cos(2 * t) - 2 * Math.cos(3 * t) - Math.cos(4 * t);
    return [solid(around.map((t) => point(width * Math.sin(t) ** 3, -height(t) / 16)))];
  },
  house(random) {
    const [width, roof, eaves] = [random.uniform(0.55, 0.8), random.uniform(-0.3, 0), random.uniform(0.1, 0.25)];
    const [door, left] = [random.uniform(0.15, 0.22), random.uniform(-0.15, 0.15)];
    return [
      solid(box(-width, roof, width, 1)),
      solid(mirrored([point(0, -1), point(width + eaves, roof)])),
      hole(box(left - door, 0.45, left + door, 1)),
    ];
  },
  key(random) {
    const [ring, shaft] = [random.uniform(0.34, 0.44), random.uniform(0.09, 0.14)];
    const [teeth, gap] = [random.uniform(0.25, 0.4), random.uniform(0.12, 0.2)];
    return [
      solid(arc(0, ring - 1, ring, ring, 0, 2 * Math.PI)),
      solid(box(-shaft, ring - 1, shaft, 1)),
      solid(box(0, 1 - gap, shaft + teeth, 1)),
      solid(box(0, 1 - 3 * gap, shaft + 0.7 * teeth, 1 - 2 * gap)),
      hole(arc(0, ring - 1, ring * 0.5, ring * 0.5, 0, 2 * Math.PI)),
    ];
  },
  mug(random) {
    const [width, taper, handle] = [random.uniform(0.5, 0.7), random.uniform(0, 0.15), random.uniform(0.3, 0.42)];
    const [thickness, middle] = [random.uniform(0.45, 0.6), random.uniform(-0.2, 0.1)];
    return [
      solid(arc(width, middle, handle, handle, 0, 2 * Math.PI)),
      hole(arc(width, middle, handle * thickness, handle * thickness, 0, 2 * Math.PI)),
      solid([point(-width, -0.8), point(width, -0.8), point(width - taper, 0.8), point(taper - width, 0.8)]),
    ];
  },
  mushroom(random) {
    const [cap, stem, brim] = [random.uniform(0.7, 1), random.uniform(0.16, 0.32), random.uniform(-0.15, 0.15)];
    return [
      solid([...arc(0, brim, cap, 1 + brim, Math.PI, 2 * Math.PI)]),
      solid([point(-stem, brim), point(stem, brim), point(1.3 * stem, 1), point(-1.3 * stem, 1)]),
    ];
  },
} satisfies Record<string, (random: Random) => Outline[]>;

export type ObjectKind = keyof typeof kinds;

/** All kinds, in the order of their names. */
export const OBJECT_KINDS = Object.keys(kinds).sort() as ObjectKind[];

/** An object of a kind, in proportions of its own. */
export function drawShape(kind: ObjectKind, random: Random): ObjectShape {
  const outlines: Outline[] = kinds[kind](random);
  const solids = outlines.filter(({ isHole }) => !isHole).flatMap(({ points }) => points);
  const [xs, ys] = [solids.map(([x]) => x), solids.map(([, y]) => y)];
  const centreX = (Math.min(...xs) + Math.max(...xs)) / 2;
  const centreY = (Math.min(...ys) + Math.max(...ys)) / 2;
  const radius = Math.max(...solids.map(([x, y]) => Math.hypot(x - centreX, y - centreY)));
  return outlines.map(({ points, isHole }) => ({
    points: points.map(([x, y]) => point((x - centreX) / radius, (y - centreY) / radius)),
    isHole,
  }));
}

function point(x: number, y: number): Point {
  return [x, y];
}

function solid(points: readonly Point[]): Outline {
  return { points, isHole: false };
}

function hole(points: readonly Point[]): Outline {
  return { points, isHole: true };
}

function box(left: number, top: number, right: number, bottom: number): Point[] {
  return [point(left, top), point(right, top), point(right, bottom), point(left, bottom)];
}

/** A right half, from top to bottom, and its mirror image back up. */
function mirrored(right: readonly Point[]): Point[] {
  const left = right.filter(([x]) => x !== 0).map(([x, y]) => point(-x, y));
  return [...right, ...left.reverse()];
}

/** Points of an ellipse, from one angle to another; 0 is to the right, π / 2 down. */
function arc(x: number, y: number, radiusX: number, radiusY: number, from: number, to: number): Point[] {
  return Array.from({ length: ARC_POINTS + 1 }, (_, i) => {
    const angle = from + ((to - from) * i) / ARC_POINTS;
    return point(x + radiusX * Math.cos(angle), y + radiusY * Math.sin(angle));
  });
}
