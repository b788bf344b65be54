/** The stage, seen from the side. All lengths in pixels of the picture: x from its left edge, y from its top, downwards. */

export const SIZE = 32;
/** Lower edge of the ceiling and upper edge of the floor. */
export const CEILING = 2;
export const FLOOR = 28;
export const RADIUS = 2;
/** Where the ball's centre is when it touches the ceiling, or lies on the floor. */
export const HIGHEST = CEILING + RADIUS;
export const LOWEST = FLOOR - RADIUS;
/** Half the thickness of the wall, which reaches from the floor to the ceiling. */
export const WALL_HALF = 1;
/** A ball that has left the picture by so much stops there, out of sight. */
export const BACKSTAGE = 16;

export const NUM_BALL_COLOURS = 5;
export const NUM_SCREEN_COLOURS = 3;

/** Opaque, nearer to the viewer than the ball's way; stands on the ground. */
export interface Screen {
  readonly left: number;
  readonly width: number;
  readonly top: number;
  /** Which of the screen's colours. */
  readonly colour: number;
}

/** Solid, in the ball's way. */
export interface Wall {
  /** Its middle. */
  readonly x: number;
}

/** The ball and what stands on the stage. A scene without a ball has it backstage, at rest. */
export interface OccluderState {
  readonly x: number;
  readonly y: number;
  /** Pixels a step. */
  readonly vx: number;
  readonly vy: number;
  /** Which of the ball's colours. */
  readonly colour: number;
  readonly screen: Screen | null;
  readonly wall: Wall | null;
}

/** Whether the screen covers the ball wholly. */
export function isHidden({ x, y, screen }: OccluderState): boolean {
  if (screen === null) return false;
  const { left, width, top } = screen;
  return x - RADIUS >= left && x + RADIUS <= left + width && y - RADIUS >= top;
}

/** Whether the ball is seen wholly: within the picture, and no part of it in the screen's shade. */
export function isInView({ x, y, screen }: OccluderState): boolean {
  if (x < RADIUS || x > SIZE - RADIUS) return false;
  if (screen === null) return true;
  const { left, width, top } = screen;
  return x + RADIUS <= left || x - RADIUS >= left + width || y + RADIUS <= top;
}

/** Whether the ball is where the wall is. */
export function isInWall({ x, wall }: OccluderState): boolean {
  return wall !== null && Math.abs(x - wall.x) < WALL_HALF + RADIUS;
}

/** The same scene with its ball out of sight, on the side to which it was going. */
export function withoutBall(state: OccluderState): OccluderState {
  return { ...state, x: state.vx < 0 ? -BACKSTAGE : SIZE + BACKSTAGE, y: LOWEST, vx: 0, vy: 0 };
}
