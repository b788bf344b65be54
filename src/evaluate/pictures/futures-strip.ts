/** What was seen, and below each other the ways in which it may go on. */
import { ValueError } from "../../compute/index.js";
import { FAINT, GOOD, type ImagePixels, OTHER, PALETTE, Sheet } from "./sheet.js";

/** One way things may go on. */
export interface FutureFrames {
  readonly name: string;
  readonly probability: number;
  /** [size, size, channels] bytes each. */
  readonly frames: readonly Uint8Array[];
  /** Whether it came true; its row is then marked in green. */
  readonly cameTrue?: boolean;
}

export interface FuturesStripOptions {
  readonly title: string;
  readonly subtitle: string;
  /** Of the frames: grey or RGB. */
  readonly image: Pick<ImagePixels, "size" | "channels">;
  /** What was seen, the last frame at the right. */
  readonly context: readonly Uint8Array[];
  /** In the order of the rows. */
  readonly futures: readonly FutureFrames[];
}

const [TILE, GAP, ROW_GAP] = [84, 6, 22];
const [MARGIN, HEADER, LABEL_HEIGHT] = [32, 92, 18];
/** From the context to the futures, where the lines fan out. */
const FAN_WIDTH = 70;
const THICKEST = 8;

/**
 * Draw the context at the left, in the middle of the rows of futures; a line from it to each future, as thick as it is
 * likely.
 * @throws ValueError for no future, probabilities that are none, and frames of another size
 */
export function drawFuturesStrip(options: FuturesStripOptions): Sheet {
  const { title, subtitle, image, context, futures } = options;
  requireFrames(options);
  const stripWidth = (count: number) => Math.max(0, count * (TILE + GAP) - GAP);
  const left = MARGIN + stripWidth(context.length) + FAN_WIDTH;
  const pen = new Sheet(1, 1);
  const labels = futures.map(({ name, probability }) => `${probability.toFixed(2)}  ${name}`);
  const contentWidth = Math.max(
    stripWidth(Math.max(...futures.map(({ frames }) => frames.length))),
    ...labels.map((label) => pen.measure(label, { size: 12, isBold: true })),
  );
  const headingWidth = Math.max(pen.measure(subtitle, { size: 12 }), pen.measure(title, { size: 19, isBold: true }));
  const width = Math.max(left + contentWidth + MARGIN, headingWidth + 2 * MARGIN);
  const rowHeight = LABEL_HEIGHT + TILE + ROW_GAP;
  const height = futures.length * rowHeight - ROW_GAP;
  const sheet = new Sheet(width, HEADER + height + MARGIN);
  sheet.heading(title, subtitle, MARGIN);

  const middle = HEADER + LABEL_HEIGHT + (height - LABEL_HEIGHT) / 2;
  if (context.length > 0) {
    sheet.text("seen", MARGIN, middle - TILE / 2 - 6, { size: 12, color: FAINT });
    drawFrames(sheet, image, context, MARGIN, middle - TILE / 2);
  }
  for (const [row, { frames, probability, cameTrue = false }] of futures.entries()) {
    const top = HEADER + row * rowHeight + LABEL_HEIGHT;
    const color = cameTrue ? GOOD : PALETTE[0];
    if (context.length > 0) drawBranch(sheet, { left, middle, y: top + TILE / 2, probability, color });
    sheet.text(labels[row]!, left, top - 6, { size: 12, isBold: true, color });
    if (cameTrue) {
      const after = left + sheet.measure(labels[row]!, { size: 12, isBold: true }) + 8;
      sheet.text("came true", after, top - 6, { size: 12, color });
    }
    drawFrames(sheet, image, frames, left, top);
  }
  return sheet;
}

function requireFrames({ image: { size, channels }, context, futures }: FuturesStripOptions): void {
  if (futures.length === 0) throw new ValueError("drawFuturesStrip", "futures", "at least one future", 0);
  for (const { name, probability } of futures) {
    if (!(probability >= 0 && probability <= 1)) {
      throw new ValueError("drawFuturesStrip", `probability of ${name}`, "from 0 to 1", probability);
    }
  }
  for (const frame of [...context, ...futures.flatMap(({ frames }) => frames)]) {
    if (frame.length !== size * size * channels) {
      const expected = `${size} × ${size} × ${channels} bytes each`;
      throw new ValueError("drawFuturesStrip", "frames", expected, frame.length);
    }
  }
}

function drawFrames(
  sheet: Sheet,
  image: FuturesStripOptions["image"],
  frames: readonly Uint8Array[],
  x: number,
  y: number,
): void {
  const images: ImagePixels = { ...image, pixels: (index) => frames[index]! };
  for (const index of frames.keys()) sheet.image(images, index, x + index * (TILE + GAP), y, TILE);
}

interface BranchLine {
  /** Where the row begins. */
  readonly left: number;
  /** Height of the context, and of the row. */
  readonly middle: number;
  readonly y: number;
  readonly probability: number;
  readonly color: string;
}

function drawBranch({ context }: Sheet, { left, middle, y, probability, color }: BranchLine): void {
  const [from, to] = [left - FAN_WIDTH + 8, left - 8];
  const bend = (from + to) / 2;
  context.save();
  context.globalAlpha = 0.75;
  context.lineCap = "round";
  context.strokeStyle = probability > 0 ? color : OTHER;
  context.lineWidth = Math.max(0.75, THICKEST * probability);
  context.beginPath();
  context.moveTo(from, middle);
  context.bezierCurveTo(bend, middle, bend, y, to, y);
  context.stroke();
  context.restore();
}
