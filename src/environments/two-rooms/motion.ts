/** How the dot moves: the rule of the training data, and the rule of the evaluation, which differ at walls. */
import type { Random } from "../../compute/random.js";
import { BORDER, DOOR_HALF, isClear, type Layout, type Point, partInWall, WALL_HALF } from "./layout.js";

/** "training": blocked moves are not made; "evaluation": they end where they hit, with a bounce. */
export type Dynamics = "training" | "evaluation";

/** Where the dot is after an action. */
export function move(
  from: Point,
  action: ArrayLike<number>,
  layout: Layout,
  { dynamics, random }: { readonly dynamics: Dynamics; readonly random: Random },
): Point {
  const to = { x: from.x + action[0]!, y: from.y + action[1]! };
  if (isWithinBorders(to) && isClear(from, to, layout)) return to;
  return dynamics === "training" ? from : bounce(from, to, layout, random);
}

function isWithinBorders({ x, y }: Point): boolean {
  return x > BORDER.low && x < BORDER.high && y > BORDER.low && y < BORDER.high;
}

/** Deviation of a bounce along both axes. */
const BOUNCE_STD = 0.5;
/** The dot's centre comes no closer to anything solid. */
const MARGIN = 0.3;

/** To where the way first meets something solid, and from there a random step that does not go on into it. */
function bounce(from: Point, to: Point, layout: Layout, random: Random): Point {
  const { share, normal } = firstHit(from, to, layout);
  const hit = { x: from.x + share * (to.x - from.x), y: from.y + share * (to.y - from.y) };
  const [noiseX, noiseY] = [BOUNCE_STD * random.normal(), BOUNCE_STD * random.normal()];
  const back = (noise: number, step: number) => -Math.sign(step) * Math.abs(noise);
  const x = hit.x + (normal === "x" ? back(noiseX, to.x - from.x) : noiseX);
  const y = hit.y + (normal === "y" ? back(noiseY, to.y - from.y) : noiseY);
  return keptOut({ x, y }, from, layout);
}

interface Hit {
  /** Of the way, from 0 to 1. */
  readonly share: number;
  /** Axis across the surface. */
  readonly normal: "x" | "y";
}

/** The first of border, wall face and door jamb. A step along an axis never meets what lies across the other. */
function firstHit(from: Point, to: Point, layout: Layout): Hit {
  const hits: Hit[] = (["x", "y"] as const).flatMap((normal) => {
    const step = to[normal] - from[normal];
    if (step === 0) return [];
    const border = step > 0 ? BORDER.high : BORDER.low;
    return { share: (border - from[normal]) / step, normal };
  });
  hits.push(...wallHits(from, to, layout));
  const ahead = hits.filter(({ share }) => share >= 0 && share <= 1);
  return ahead.reduce((first, hit) => (hit.share < first.share ? hit : first), { share: 1, normal: "x" });
}

function wallHits(from: Point, to: Point, layout: Layout): Hit[] {
  const inside = partInWall(from, to, layout);
  if (inside === undefined || isClear(from, to, layout)) return [];
  const [enter] = inside;
  const step = to.y - from.y;
  const isOpenAtEntry = Math.abs(from.y + enter * step - layout.doorY) <= DOOR_HALF;
  if (!isOpenAtEntry) return [{ share: enter, normal: "x" }];
  const jamb = layout.doorY + Math.sign(step) * DOOR_HALF;
  return [{ share: (jamb - from.y) / step, normal: "y" }];
}

/** Out of borders and wall, on the side it came from; in the door, between the jambs. */
function keptOut(point: Point, from: Point, { wallX, doorY }: Layout): Point {
  const x = clamp(point.x, BORDER.low + MARGIN, BORDER.high - MARGIN);
  const y = clamp(point.y, BORDER.low + MARGIN, BORDER.high - MARGIN);
  const gap = DOOR_HALF - MARGIN;
  if (Math.abs(y - doorY) <= gap) return { x, y };
  const face = WALL_HALF + MARGIN;
  if (Math.abs(from.x - wallX) < WALL_HALF) {
    const isStillInside = Math.abs(x - wallX) < face;
    return isStillInside ? { x, y: clamp(y, doorY - gap, doorY + gap) } : { x, y };
  }
  return from.x < wallX ? { x: Math.min(x, wallX - face), y } : { x: Math.max(x, wallX + face), y };
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
