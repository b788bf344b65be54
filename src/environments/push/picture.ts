/** What the table looks like from above: walls, the block, and the agent on it. */
import { type Box, boxShape, discShape, type Picture, paint, type Shape } from "../raster.js";
import { AGENT_RADIUS, type PushState, SIZE, TABLE } from "./physics.js";
import { BAR, CORNERS, ontoTable, type Pose, STEM } from "./shape.js";

export const NUM_CHANNELS = 3;
const WALL = [92, 88, 84];
const GROUND = [236, 232, 222];
const BLOCK = [58, 110, 165];
const AGENT = [220, 76, 48];

/** [SIZE, SIZE, 3] bytes: each pixel by the exact share of it that a shape covers. */
export function drawTable({ agent, block }: PushState): Uint8Array {
  const bytes = EMPTY_TABLE.slice();
  const picture: Picture = { size: SIZE, channels: NUM_CHANNELS, bytes };
  paint(picture, blockShape(block), BLOCK);
  paint(picture, discShape({ ...agent, radius: AGENT_RADIUS }), AGENT);
  return bytes;
}

const EMPTY_TABLE = drawEmptyTable();

function drawEmptyTable(): Uint8Array {
  const bytes = new Uint8Array(SIZE * SIZE * NUM_CHANNELS);
  const picture: Picture = { size: SIZE, channels: NUM_CHANNELS, bytes };
  const { low, high } = TABLE;
  paint(picture, boxShape({ left: 0, top: 0, right: SIZE, bottom: SIZE }), WALL);
  paint(picture, boxShape({ left: low, top: low, right: high, bottom: high }), GROUND);
  return bytes;
}

/**
 * The block as it lies: a pixel takes the share that the block has in a square of its size and centre, turned as the block
 * is. Deviation from the exact share of the pixel: none where the block lies straight, 0.06 at most elsewhere.
 */
export function blockShape(pose: Pose): Shape {
  const corners = CORNERS.map((corner) => ontoTable(corner, pose));
  const [xs, ys] = [corners.map(({ x }) => x), corners.map(({ y }) => y)];
  const [cos, sin] = [Math.cos(pose.angle), Math.sin(pose.angle)];
  return {
    bounds: { left: Math.min(...xs), top: Math.min(...ys), right: Math.max(...xs), bottom: Math.max(...ys) },
    coverage(column, row) {
      const [dx, dy] = [column + 0.5 - pose.x, row + 0.5 - pose.y];
      const [x, y] = [cos * dx + sin * dy, cos * dy - sin * dx]; // in the block's frame
      return shareInBox(x, y, BAR) + shareInBox(x, y, STEM);
    },
  };
}

/** Of the unit square around a point. */
function shareInBox(x: number, y: number, { left, right, top, bottom }: Box): number {
  const width = Math.min(x + 0.5, right) - Math.max(x - 0.5, left);
  const height = Math.min(y + 0.5, bottom) - Math.max(y - 0.5, top);
  return width > 0 && height > 0 ? width * height : 0;
}
