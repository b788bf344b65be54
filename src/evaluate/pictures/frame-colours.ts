/** What a model sees, as colours for people: pictures of any number of channels. */
import { ShapeError } from "../../compute/index.js";

/** Of pictures [size, size, channels], channels innermost. */
export interface FrameShape {
  readonly size: number;
  readonly channels: number;
  /** Channels say where things are instead of being colours. Other numbers than 1 and 3 always do. */
  readonly isLayered?: boolean;
}

type Colour = readonly [red: number, green: number, blue: number];

/** Behind all layers. */
const GROUND: Colour = [241, 239, 232];
/** What moves stands out; what is solid does not. */
const LAYERS: readonly Colour[] = [
  [217, 67, 45],
  [71, 80, 98],
  [243, 178, 40],
  [47, 158, 91],
  [51, 102, 204],
  [125, 90, 181],
];
/** Grey values from 0 to 255, in the tone of the paper. */
const DARK: Colour = [23, 25, 33];
const LIGHT: Colour = [255, 253, 246];

/**
 * A picture in red, green and blue: three channels as they are, one from dark to light, layers painted over each other in
 * colours that stay apart, each as opaque as it is bright: the second, the third, and so on, and the first on top.
 * @returns uint8 [size, size, 3]
 * @throws ShapeError for another number of bytes than size² · channels
 */
export function colouredFrame({ size, channels, isLayered = false }: FrameShape, bytes: Uint8Array): Uint8Array {
  if (bytes.length !== size * size * channels) {
    throw new ShapeError("colouredFrame", "bytes", [size, size, channels], [bytes.length]);
  }
  if (channels === 3 && !isLayered) return bytes;
  const colours = new Uint8Array(size * size * 3);
  for (let pixel = 0; pixel < size * size; pixel++) {
    let colour = channels === 1 ? DARK : GROUND;
    for (let i = 1; i <= channels; i++) {
      const layer = i % channels;
      const above = channels === 1 ? LIGHT : LAYERS[layer % LAYERS.length]!;
      colour = mixed(colour, above, bytes[pixel * channels + layer]! / 255);
    }
    colours.set(colour, pixel * 3);
  }
  return colours;
}

function mixed(below: Colour, above: Colour, share: number): Colour {
  const at = (c: 0 | 1 | 2) => Math.round(below[c] + share * (above[c] - below[c]));
  return share === 0 ? below : [at(0), at(1), at(2)];
}
