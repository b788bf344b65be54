/** Digits that fly about and turn at walls by chance. Source: Denton and Fergus 2018, arXiv:1802.07687 (SVG), its code. */
import { ValueError } from "../compute/errors.js";
import type { ConfigOf } from "../compute/options.js";
import { requireAction } from "./action.js";
import type { Environment, Factors, World } from "./environment.js";
import { type Appearance, drawAppearance, drawGlyph } from "./moving-glyphs/glyph.js";
import { type Bounce, drawMotion, type Motion, type MotionRules, move } from "./moving-glyphs/motion.js";

/** A glyph: where its box is, where it goes, and how it looks, which stays. */
export interface MovingGlyph extends Motion {
  readonly appearance: Appearance;
}

export interface MovingGlyphsState {
  readonly glyphs: readonly MovingGlyph[];
}

export const movingGlyphsOptions = {
  size: { default: 64, min: 32, max: 64, integer: true, doc: "side of the picture: 64, or 32 with everything halved" },
  numGlyphs: { default: 2, min: 1, max: 4, integer: true, doc: "glyphs in the picture; they pass through each other" },
  bounce: {
    default: "stochastic",
    choices: ["stochastic", "deterministic"],
    doc: "at a wall: draw the velocity again, away from it, or turn the component across it round",
  },
} as const;

const SIZES: readonly number[] = [64, 32];
/** Pixels a step on each axis, for each pixel of the picture's side: 4 at 64. */
const SPEED_PER_SIZE = 4 / 64;
const BRIGHT = 255;

/**
 * Moving MNIST with its rules and no download: gray pictures of 64 × 64 pixels, glyphs in boxes of 32, at whole places
 * from 0 to 31, with whole velocities from −4 to 4 on both axes. At a wall (stochastic) the velocity is drawn again: 1 to 4
 * away from it, −4 to 4 along it. Where glyphs overlap their brightness adds up, to 255 at most. It goes on by itself.
 * Deviations: digits drawn from strokes, with slant, thickness, scale and aspect of their own, instead of MNIST's; a first
 * velocity of zero is drawn again; in a corner both components lead away, where upstream draws the vertical one anew.
 */
export const movingGlyphs: Environment<typeof movingGlyphsOptions, MovingGlyphsState> = {
  name: "movingGlyphs",
  summary: "digits that turn at walls by chance, the rules of stochastic Moving MNIST",
  source: "edenton/svg; arXiv:1802.07687",
  options: movingGlyphsOptions,
  create: movingGlyphsWorld,
};

function movingGlyphsWorld({
  size,
  numGlyphs,
  bounce,
}: ConfigOf<typeof movingGlyphsOptions>): World<MovingGlyphsState> {
  if (!SIZES.includes(size)) throw new ValueError("movingGlyphs", "size", SIZES.join(" or "), size);
  const side = size / 2;
  const rules: MotionRules = { bounce: bounce as Bounce, maxOffset: side - 1, maxSpeed: SPEED_PER_SIZE * size };
  const pictureOf = remembered((appearance: Appearance) => drawGlyph(appearance, side));
  return {
    observation: { size, channels: 1 },
    actionDim: 0,
    reset(random) {
      const drawOne = (): MovingGlyph => ({ ...drawMotion(rules, random), appearance: drawAppearance(random) });
      return { glyphs: Array.from({ length: numGlyphs }, drawOne) };
    },
    step({ glyphs }, action, random) {
      requireAction("movingGlyphs", 0, action);
      return { glyphs: glyphs.map((glyph) => ({ ...move(glyph, rules, random), appearance: glyph.appearance })) };
    },
    render({ glyphs }) {
      const picture = new Uint8Array(size * size);
      for (const glyph of glyphs) addGlyph(picture, size, glyph, pictureOf(glyph.appearance));
      return picture;
    },
    factors: ({ glyphs }) => Object.assign({}, ...glyphs.map(factorsOf)) as Factors,
  };
}

/** Add a glyph's square picture at its place; nothing gets brighter than 255. */
function addGlyph(picture: Uint8Array, size: number, { x, y }: Motion, glyph: Uint8Array): void {
  const side = size / 2;
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      const at = (y + row) * size + x + column;
      picture[at] = Math.min(BRIGHT, picture[at]! + glyph[row * side + column]!);
    }
  }
}

/** Names end in the number of the glyph: x0, y0, vx0, vy0, class0, x1, ... */
function factorsOf({ x, y, vx, vy, appearance }: MovingGlyph, index: number): Factors {
  const named = { x, y, vx, vy, class: appearance.class };
  return Object.fromEntries(Object.entries(named).map(([name, value]) => [`${name}${index}`, value]));
}

/** Frames of an episode share their glyphs: each is drawn once, for as long as its state is in use. */
function remembered(of: (appearance: Appearance) => Uint8Array): (appearance: Appearance) => Uint8Array {
  const answers = new WeakMap<Appearance, Uint8Array>();
  return (appearance) => {
    const known = answers.get(appearance) ?? of(appearance);
    answers.set(appearance, known);
    return known;
  };
}
