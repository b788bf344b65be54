/** The block, a T, in a frame of its own: origin at its centre of mass, x along the bar, y down the stem. In pixels. */
import type { Box } from "../raster.js";

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Where the block's frame lies on the table: y points down there too, so angles grow clockwise as one sees them. */
export interface Pose extends Point {
  readonly angle: number;
}

/** Proportions of Push-T: bar 4 : 1, as high as it is wide. */
const SIDE = 16;
const THICKNESS = SIDE / 4;
const BAR_AREA = SIDE * THICKNESS;
const STEM_AREA = (SIDE - THICKNESS) * THICKNESS;
/** Of the centre of mass, below the bar's upper face. */
const CENTRE = (BAR_AREA * (THICKNESS / 2) + STEM_AREA * ((SIDE + THICKNESS) / 2)) / (BAR_AREA + STEM_AREA);

export const BAR: Box = { left: -SIDE / 2, right: SIDE / 2, top: -CENTRE, bottom: THICKNESS - CENTRE };
export const STEM: Box = { left: -THICKNESS / 2, right: THICKNESS / 2, top: BAR.bottom, bottom: SIDE - CENTRE };
/** Bar and this overlap: without a seam in between, at which distances would be 0. */
const STEM_THROUGH_BAR: Box = { ...STEM, top: BAR.top };

/** A corner that sticks out, and on which side of it the block is not: −1 or 1 on both axes. */
export interface Corner extends Point {
  readonly outX: number;
  readonly outY: number;
}

export const CORNERS: readonly Corner[] = [
  { x: BAR.left, y: BAR.top, outX: -1, outY: -1 },
  { x: BAR.right, y: BAR.top, outX: 1, outY: -1 },
  { x: BAR.left, y: BAR.bottom, outX: -1, outY: 1 },
  { x: BAR.right, y: BAR.bottom, outX: 1, outY: 1 },
  { x: STEM.left, y: STEM.bottom, outX: -1, outY: 1 },
  { x: STEM.right, y: STEM.bottom, outX: 1, outY: 1 },
];

/** Radius of gyration: root mean square distance of the block's points from its centre of mass. */
export const GYRATION = Math.sqrt((squaresOver(BAR) + squaresOver(STEM)) / (BAR_AREA + STEM_AREA));

/** Integral of x² + y² over a box. */
function squaresOver({ left, right, top, bottom }: Box): number {
  return ((right ** 3 - left ** 3) * (bottom - top) + (bottom ** 3 - top ** 3) * (right - left)) / 3;
}

/** Distance of a point in the block's frame from its surface; below 0 inside, where it is not the exact distance. */
export function distanceToBlock({ x, y }: Point): number {
  return Math.min(distanceToBox(x, y, BAR), distanceToBox(x, y, STEM_THROUGH_BAR));
}

function distanceToBox(x: number, y: number, { left, right, top, bottom }: Box): number {
  const dx = Math.max(left - x, x - right);
  const dy = Math.max(top - y, y - bottom);
  return dx > 0 && dy > 0 ? Math.sqrt(dx * dx + dy * dy) : Math.max(dx, dy);
}

/** Whether every point of a straight way, in the block's frame, is at least so far from the block. */
export function isClearOfBlock(from: Point, to: Point, clearance: number): boolean {
  return isClearOfBox(from, to, BAR, clearance) && isClearOfBox(from, to, STEM_THROUGH_BAR, clearance);
}

/** What is nearest is the end of the way or a corner of the box, unless it goes through. */
function isClearOfBox(from: Point, to: Point, box: Box, clearance: number): boolean {
  const { left, right, top, bottom } = box;
  return (
    distanceToBox(from.x, from.y, box) >= clearance &&
    distanceToBox(to.x, to.y, box) >= clearance &&
    distanceToWay(left, top, from, to) >= clearance &&
    distanceToWay(right, top, from, to) >= clearance &&
    distanceToWay(left, bottom, from, to) >= clearance &&
    distanceToWay(right, bottom, from, to) >= clearance &&
    !entersBox(from, to, box)
  );
}

function entersBox(from: Point, to: Point, { left, right, top, bottom }: Box): boolean {
  const [x0, x1] = sharesWithin(from.x, to.x, left, right);
  const [y0, y1] = sharesWithin(from.y, to.y, top, bottom);
  return Math.max(x0, y0, 0) <= Math.min(x1, y1, 1);
}

/** From which share of a way to which it lies between two lines; all of it or none where it runs along them. */
function sharesWithin(from: number, to: number, low: number, high: number): readonly [first: number, last: number] {
  const step = to - from;
  if (step === 0) return from >= low && from <= high ? [0, 1] : [1, 0];
  const [a, b] = [(low - from) / step, (high - from) / step];
  return [Math.min(a, b), Math.max(a, b)];
}

function distanceToWay(x: number, y: number, from: Point, to: Point): number {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const squared = dx * dx + dy * dy;
  const along = squared === 0 ? 0 : ((x - from.x) * dx + (y - from.y) * dy) / squared;
  const t = Math.min(1, Math.max(0, along));
  const [missX, missY] = [x - from.x - t * dx, y - from.y - t * dy];
  return Math.sqrt(missX * missX + missY * missY);
}

/** A point of the table in the block's frame. */
export function intoBlock({ x, y }: Point, pose: Pose): Point {
  return turned({ x: x - pose.x, y: y - pose.y }, -pose.angle);
}

/** A point of the block's frame on the table. */
export function ontoTable(point: Point, pose: Pose): Point {
  const { x, y } = turned(point, pose.angle);
  return { x: x + pose.x, y: y + pose.y };
}

function turned({ x, y }: Point, angle: number): Point {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return { x: cos * x - sin * y, y: sin * x + cos * y };
}

/** The same angle in [−π, π]. */
export function wrapped(angle: number): number {
  return angle - 2 * Math.PI * Math.round(angle / (2 * Math.PI));
}

export function distance(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}
