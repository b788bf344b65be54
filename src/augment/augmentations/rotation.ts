/** Turn the picture about its centre. */
import type { OptionTable } from "../../compute/options.js";
import { defineAugmentation, swapBuffers, type View } from "../augmentation.js";

const options = {
  degrees: { default: 15, min: 0, max: 180, doc: "largest angle, in either direction" },
  probability: { default: 1, min: 0, max: 1, doc: "how often the picture is turned" },
  fill: {
    default: "edge",
    choices: ["edge", "black", "gray", "white"],
    doc: "what appears in the corners; edge repeats the border",
  },
} satisfies OptionTable;

/**
 * Turn by an angle ~ U(−degrees, degrees), counter-clockwise when positive, about the centre, with bilinear sampling.
 *   out(p) = in(R p),  p measured from the centre of the picture
 * Source: torchvision RandomRotation. Deviations: bilinear instead of nearest, and corners repeat the border unless
 * `fill` names a colour (torchvision: black), because black corners tell the encoder the angle.
 */
export const rotation = defineAugmentation({
  name: "rotation",
  summary: "turn about the centre",
  stage: "picture",
  options,
  apply(view, random, config) {
    if (!random.chance(config.probability)) return;
    const angle = (random.uniform(-config.degrees, config.degrees) * Math.PI) / 180;
    if (config.fill === "edge") rotateRepeatingEdge(view, angle);
    else rotateOnColour(view, angle, FILL_VALUES[config.fill as keyof typeof FILL_VALUES]);
    swapBuffers(view);
  },
});

const FILL_VALUES = { black: 0, gray: 0.5, white: 1 } as const;

/** Coordinates outside the picture are moved to its border. */
function rotateRepeatingEdge(view: View, angle: number): void {
  const last = view.size - 1;
  forEachSource(view.size, angle, (pixel, x, y) => {
    const insideX = Math.min(Math.max(x, 0), last);
    const insideY = Math.min(Math.max(y, 0), last);
    const left = Math.min(Math.floor(insideX), Math.max(0, last - 1));
    const top = Math.min(Math.floor(insideY), Math.max(0, last - 1));
    blendCorners(view, pixel, left, top, insideX - left, insideY - top);
  });
}

/** The picture lies on a plane of one colour, and its border blends into it over one pixel. */
function rotateOnColour(view: View, angle: number, fill: number): void {
  const { data, scratch, size, channels } = view;
  const plane = size * size;
  const valueAt = (channel: number, x: number, y: number) =>
    x < 0 || y < 0 || x >= size || y >= size ? fill : data[channel * plane + y * size + x]!;
  forEachSource(size, angle, (pixel, x, y) => {
    const left = Math.floor(x);
    const top = Math.floor(y);
    const right = x - left;
    const below = y - top;
    for (let channel = 0; channel < channels; channel++) {
      const upper = valueAt(channel, left, top) * (1 - right) + valueAt(channel, left + 1, top) * right;
      const lower = valueAt(channel, left, top + 1) * (1 - right) + valueAt(channel, left + 1, top + 1) * right;
      scratch[channel * plane + pixel] = upper * (1 - below) + lower * below;
    }
  });
}

/** Visit every output pixel with the place (x, y) in the picture that it shows. */
function forEachSource(size: number, angle: number, visit: (pixel: number, x: number, y: number) => void): void {
  const cosine = Math.cos(angle);
  const sine = Math.sin(angle);
  const centre = (size - 1) / 2;
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      const right = column - centre;
      const down = row - centre;
      visit(row * size + column, cosine * right - sine * down + centre, sine * right + cosine * down + centre);
    }
  }
}

function blendCorners(view: View, pixel: number, left: number, top: number, right: number, below: number): void {
  const { data, scratch, size, channels } = view;
  const plane = size * size;
  const across = size > 1 ? 1 : 0;
  const down = size > 1 ? size : 0;
  for (let channel = 0; channel < channels; channel++) {
    const corner = channel * plane + top * size + left;
    const upper = data[corner]! * (1 - right) + data[corner + across]! * right;
    const lower = data[corner + down]! * (1 - right) + data[corner + down + across]! * right;
    scratch[channel * plane + pixel] = upper * (1 - below) + lower * below;
  }
}
