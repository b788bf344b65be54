/** An episode as an animated GIF; several of the same length below each other. */
import sharp from "sharp";
import { ValueError } from "../../compute/index.js";
import type { FrameTrack } from "./frame-strip.js";
import { FAINT, type ImagePixels, PALETTE, Sheet, writePicture } from "./sheet.js";

export interface AnimationOptions {
  /** Side of the frames in pixels. */
  readonly size: number;
  /** A frame for each step. */
  readonly tracks: readonly FrameTrack[];
  /** A step from which on the caption says why it is marked. */
  readonly mark?: { readonly step: number; readonly reason: string };
  /** A picture beside the first track, such as the goal. */
  readonly aside?: { readonly label: string; readonly frame: Uint8Array };
  /** Default 10. */
  readonly framesPerSecond?: number;
}

/** Pixels of a panel, about: frames are enlarged by whole numbers, so that every pixel stays a square. */
const PANEL_PIXELS = 320;
const PIXELS_PER_POINT = 2;
const [MARGIN, GAP, CAPTION] = [12, 10, 20];
const ACCENT = PALETTE[3];
/** The last picture stays for a while before it begins again. */
const LAST_MS = 1200;
/** What readers of GIF take for something else is slower than meant: 20 ms is the least. */
const MOST_FRAMES_PER_SECOND = 50;

/**
 * Write a GIF that repeats for ever.
 * @throws ValueError for tracks of different lengths or a speed that cannot be
 */
export async function writeAnimation(path: string, options: AnimationOptions): Promise<void> {
  const { tracks, framesPerSecond = 10 } = options;
  const numSteps = tracks[0]?.frames.length ?? 0;
  if (numSteps === 0 || tracks.some(({ frames }) => frames.length !== numSteps)) {
    const lengths = tracks.map(({ frames }) => frames.length);
    throw new ValueError("writeAnimation", "tracks", "of one length, at least one frame", lengths);
  }
  if (!(framesPerSecond > 0 && framesPerSecond <= MOST_FRAMES_PER_SECOND)) {
    const expected = `above 0 and at most ${MOST_FRAMES_PER_SECOND}`;
    throw new ValueError("writeAnimation", "framesPerSecond", expected, framesPerSecond);
  }
  const pages = Array.from({ length: numSteps }, (_, step) => drawScene(options, step).toPixels());
  const { width, height } = pages[0]!;
  const tall = new Uint8Array(width * height * 4 * numSteps);
  for (const [step, { rgba }] of pages.entries()) tall.set(rgba, step * width * height * 4);
  const raw = { width, height: height * numSteps, channels: 4, pageHeight: height } as const;
  const delay = pages.map((_, step) => (step === numSteps - 1 ? LAST_MS : Math.round(1000 / framesPerSecond)));
  const gif = await sharp(tall, { raw, limitInputPixels: false })
    .gif({ loop: 0, delay, colours: 256, dither: 0 })
    .toBuffer();
  await writePicture(path, gif);
}

/** Everything of one step. */
function drawScene({ size, tracks, mark, aside }: AnimationOptions, step: number): Sheet {
  const side = (size * Math.max(1, Math.round(PANEL_PIXELS / size))) / PIXELS_PER_POINT;
  const width = side + (aside === undefined ? 0 : GAP + side) + 2 * MARGIN;
  const sheet = new Sheet(width, MARGIN + tracks.length * (side + CAPTION) + MARGIN / 2);
  const panel = (frame: Uint8Array, x: number, y: number, caption: string, color: string = FAINT): void => {
    const images: ImagePixels = { size, channels: 3, pixels: () => frame };
    sheet.image(images, 0, x, y, side);
    sheet.text(caption, x, y + side + 14, { size: 11, color });
  };
  for (const [row, { label, frames }] of tracks.entries()) {
    const isMarked = mark !== undefined && step >= mark.step && row === tracks.length - 1;
    const caption = [label, `step ${step}`, isMarked ? mark.reason : undefined].filter((part) => part !== undefined);
    panel(frames[step]!, MARGIN, MARGIN + row * (side + CAPTION), caption.join(" · "), isMarked ? ACCENT : FAINT);
  }
  if (aside !== undefined) panel(aside.frame, MARGIN + side + GAP, MARGIN, aside.label);
  return sheet;
}
