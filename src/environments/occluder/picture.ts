/** What the stage looks like: behind everything the room, then the wall, the ball, and the screen before them. */
import { type Box, boxShape, discShape, type Picture, paint } from "../raster.js";
import {
  CEILING,
  FLOOR,
  type NUM_BALL_COLOURS,
  type NUM_SCREEN_COLOURS,
  type OccluderState,
  RADIUS,
  type Screen,
  SIZE,
  WALL_HALF,
  type Wall,
} from "./stage.js";

export const NUM_CHANNELS = 3;

type Colour = readonly [red: number, green: number, blue: number];

const AIR: Colour = [232, 233, 228];
const GROUND: Colour = [122, 108, 94];
const WALL: Colour = [58, 60, 70];
const BALLS: readonly Colour[] & { readonly length: typeof NUM_BALL_COLOURS } = [
  [214, 48, 49],
  [30, 102, 214],
  [28, 150, 74],
  [240, 176, 12],
  [142, 54, 180],
];
const SCREENS: readonly Colour[] & { readonly length: typeof NUM_SCREEN_COLOURS } = [
  [150, 164, 178],
  [196, 170, 134],
  [164, 180, 150],
];
/** The screen stands before the ball's way, and so lower in the picture. */
const SCREEN_FOOT = FLOOR + 2;

/** Draws states as [32, 32, 3] bytes. Frames of an episode share their room: the last one is kept. */
export function stagePainter(): (state: OccluderState) => Uint8Array {
  let room = { wallX: undefined as number | undefined, bytes: drawRoom(null) };
  return ({ x, y, colour, screen, wall }) => {
    if (room.wallX !== wall?.x) room = { wallX: wall?.x, bytes: drawRoom(wall) };
    const picture: Picture = { size: SIZE, channels: NUM_CHANNELS, bytes: room.bytes.slice() };
    paint(picture, discShape({ x, y, radius: RADIUS }), BALLS[colour]!);
    if (screen !== null) paint(picture, boxShape(outlineOf(screen)), SCREENS[screen.colour]!);
    return picture.bytes;
  };
}

function drawRoom(wall: Wall | null): Uint8Array {
  const picture: Picture = { size: SIZE, channels: NUM_CHANNELS, bytes: new Uint8Array(SIZE * SIZE * NUM_CHANNELS) };
  const strip = (top: number, bottom: number) => boxShape({ left: 0, top, right: SIZE, bottom });
  paint(picture, strip(0, SIZE), AIR);
  paint(picture, strip(0, CEILING), GROUND);
  paint(picture, strip(FLOOR, SIZE), GROUND);
  if (wall !== null) {
    const [left, right] = [wall.x - WALL_HALF, wall.x + WALL_HALF];
    paint(picture, boxShape({ left, top: CEILING, right, bottom: FLOOR }), WALL);
  }
  return picture.bytes;
}

function outlineOf({ left, width, top }: Screen): Box {
  return { left, top, right: left + width, bottom: SCREEN_FOOT };
}
