/** An episode as a strip of frames; several of the same length below each other. */
import { ValueError } from "../../compute/index.js";
import { FAINT, type ImagePixels, INK, PALETTE, Sheet } from "./sheet.js";

/** One episode: a picture for each step that is shown. */
export interface FrameTrack {
  /** Where there are several. */
  readonly label?: string;
  /** uint8 [size, size, 3] each. */
  readonly frames: readonly Uint8Array[];
}

export interface FrameStripOptions {
  readonly title: string;
  readonly subtitle: string;
  /** Side of the frames in pixels. */
  readonly size: number;
  /** Which steps are shown, the same of every track. */
  readonly steps: readonly number[];
  readonly tracks: readonly FrameTrack[];
  /** A step that is framed, and why; in the last track. */
  readonly mark?: { readonly step: number; readonly reason: string };
  /** A picture beside the strip, such as the goal. */
  readonly aside?: { readonly label: string; readonly frame: Uint8Array };
}

const COLUMNS = 8;
/** Pixels of a tile, about: frames are enlarged by whole numbers, so that every pixel stays a square. */
const TILE_PIXELS = 192;
const PIXELS_PER_POINT = 2;
const [MARGIN, HEADER, GAP, BAND_GAP] = [32, 66, 6, 16];
const [CAPTION, LINE, LABEL_WIDTH, ASIDE_GAP] = [18, 17, 84, 26];
/** Of a letter, for breaking lines. */
const LETTER_WIDTH = 6.4;
const ACCENT = PALETTE[3];

/**
 * Draw rows of eight frames, each enlarged without smoothing, with the number of its step below.
 * @throws ValueError for no step, or a track that does not have a frame for each
 */
export function drawFrameStrip(options: FrameStripOptions): Sheet {
  const { title, subtitle, size, steps, tracks, mark, aside } = options;
  requireFrames(options);
  const tile = (size * Math.max(1, Math.round(TILE_PIXELS / size))) / PIXELS_PER_POINT;
  const columns = Math.min(COLUMNS, steps.length);
  const numBands = Math.ceil(steps.length / columns);
  const left = MARGIN + (tracks.length > 1 ? LABEL_WIDTH : 0);
  const asideLeft = left + columns * (tile + GAP) - GAP + ASIDE_GAP;
  const right = aside === undefined ? asideLeft - ASIDE_GAP : asideLeft + tile;
  const width = Math.max(520, right + MARGIN);
  const lines = brokenLines(subtitle, width - 2 * MARGIN);
  const top = HEADER + lines.length * LINE;
  const bandHeight = tracks.length * (tile + GAP) - GAP + CAPTION;
  const sheet = new Sheet(width, top + numBands * (bandHeight + BAND_GAP) - BAND_GAP + MARGIN);
  sheet.heading(title, "", MARGIN);
  for (const [i, line] of lines.entries()) sheet.text(line, MARGIN, 60 + i * LINE, { size: 12, color: FAINT });

  for (let band = 0; band < numBands; band++) {
    const y = top + band * (bandHeight + BAND_GAP);
    for (const [row, { label = "", frames }] of tracks.entries()) {
      const rowTop = y + row * (tile + GAP);
      if (tracks.length > 1) sheet.text(label, MARGIN, rowTop + tile / 2 + 4, { size: 12, isBold: true });
      for (let column = 0; column < columns && band * columns + column < steps.length; column++) {
        const index = band * columns + column;
        const x = left + column * (tile + GAP);
        sheet.image(imagesOf(size, frames), index, x, rowTop, tile);
        if (row < tracks.length - 1) continue;
        const isMarked = steps[index] === mark?.step;
        if (isMarked) sheet.rectangle(x - 1, rowTop - 1, tile + 2, tile + 2, ACCENT, 2);
        const caption = isMarked ? `${steps[index]}: ${mark!.reason}` : String(steps[index]);
        sheet.text(caption, x, rowTop + tile + 13, { size: 10, color: isMarked ? ACCENT : FAINT });
      }
    }
  }
  if (aside !== undefined) {
    sheet.image(imagesOf(size, [aside.frame]), 0, asideLeft, top, tile);
    sheet.text(aside.label, asideLeft, top + tile + 13, { size: 10, isBold: true, color: INK });
  }
  return sheet;
}

/**
 * Every so many steps from the first on, at most as many as wanted: in a strip, time runs evenly.
 * @param kept a step that must be among them: the nearest of the others gives way
 */
export function stepsToShow(numObservations: number, wanted: number, kept?: number): readonly number[] {
  const stride = Math.ceil(numObservations / wanted);
  const steps = Array.from({ length: Math.ceil(numObservations / stride) }, (_, i) => i * stride);
  if (kept === undefined || steps.includes(kept)) return steps;
  const nearest = Math.min(steps.length - 1, Math.round(kept / stride));
  return steps.with(nearest, kept);
}

function requireFrames({ steps, tracks, size }: FrameStripOptions): void {
  if (steps.length === 0) throw new ValueError("drawFrameStrip", "steps", "at least one step", 0);
  for (const { frames } of tracks) {
    if (frames.length !== steps.length) {
      throw new ValueError("drawFrameStrip", "frames", `one for each of ${steps.length} steps`, frames.length);
    }
    const odd = frames.find(({ length }) => length !== size * size * 3);
    if (odd !== undefined) throw new ValueError("drawFrameStrip", "frames", `${size} × ${size} × 3 bytes`, odd.length);
  }
}

function imagesOf(size: number, frames: readonly Uint8Array[]): ImagePixels {
  return { size, channels: 3, pixels: (index) => frames[index]! };
}

function brokenLines(text: string, width: number): string[] {
  const most = Math.floor(width / LETTER_WIDTH);
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const line = lines.at(-1);
    if (line !== undefined && line.length + 1 + word.length <= most) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines;
}
