/** How frames of videos and folders are to be seen. */
import { ValueError } from "../../compute/errors.js";
import { MIN_SIDE } from "../decode.js";

export interface FrameOptions {
  /** Side of the square in pixels: the centre of each frame, resized. Default 64. */
  readonly size?: number;
  /** 1 grey, 3 colours. */
  readonly channels?: 1 | 3;
}

const DEFAULT_SIZE = 64;
const LARGEST_SIZE = 512;

/** @throws ValueError for a size or a number of channels that cannot be */
export function checkFrameOptions(operation: string, { size = DEFAULT_SIZE, channels }: FrameOptions): number {
  if (!(Number.isInteger(size) && size >= MIN_SIDE && size <= LARGEST_SIZE)) {
    throw new ValueError(operation, "size", `a whole number of pixels from ${MIN_SIDE} to ${LARGEST_SIZE}`, size);
  }
  if (channels !== undefined && channels !== 1 && channels !== 3) {
    throw new ValueError(operation, "channels", "1 (grey) or 3 (colours)", channels);
  }
  return size;
}
