/** What putting glasses on and finding them again did to a learner, in numbers and as a table. */
import type { Estimate } from "../../evaluate/index.js";

/** One way the pixels lie. */
export const GLASSES_STATES = ["before", "permuted", "recovered"] as const;
export type GlassesState = (typeof GLASSES_STATES)[number];

/** How the images of one state look to learners; accuracies are absent where there are no labels. */
export interface StateReport {
  /** Bits a value of a code that expects values to be like their neighbours. */
  readonly neighborBits: number;
  /** Bits a value of the Gaussian code of what neighbours do not predict, and the share of variance they do. */
  readonly predictionBits: number;
  readonly predictionExplained: number;
  /** Bits a value behind a Paeth filter and deflate, as in a PNG file. */
  readonly deflateBits: number;
  /** Bits a value of a code that knows places but no neighbours. */
  readonly placeBits: number;
  /** Share of true neighbours that are neighbours. */
  readonly neighborsFound: number;
  readonly encoder?: { readonly knn: Estimate; readonly linear: Estimate };
  readonly randomInit?: { readonly knn: Estimate; readonly linear: Estimate };
  readonly orderFree?: { readonly knn: Estimate; readonly linear: Estimate };
}

export interface GlassesReport {
  readonly data: string;
  readonly numImages: number;
  readonly imageSize: number;
  readonly channels: number;
  readonly seed: number;
  /** Steps of each training; absent where nothing was trained. */
  readonly steps?: number;
  readonly objective?: string;
  readonly encoder?: string;
  readonly numClasses?: number;
  readonly states: Readonly<Record<GlassesState, StateReport>>;
}

interface Row {
  readonly title: string;
  readonly read: (state: StateReport) => string | undefined;
}

const ROWS: readonly (Row | string)[] = [
  "what a learner sees that expects neighbours to be alike",
  { title: "  self-supervised encoder, kNN", read: ({ encoder }) => accuracy(encoder?.knn) },
  { title: "  self-supervised encoder, linear", read: ({ encoder }) => accuracy(encoder?.linear) },
  { title: "  the same before training, kNN", read: ({ randomInit }) => accuracy(randomInit?.knn) },
  { title: "  the same before training, linear", read: ({ randomInit }) => accuracy(randomInit?.linear) },
  { title: "  predicted from neighbours", read: ({ predictionExplained }) => `${percent(predictionExplained)} %` },
  { title: "  errors of the prediction", read: ({ predictionBits }) => bits(predictionBits) },
  { title: "  adaptive code by neighbours", read: ({ neighborBits }) => bits(neighborBits) },
  { title: "  PNG (Paeth, deflate)", read: ({ deflateBits }) => bits(deflateBits) },
  "what a learner sees that does not care",
  { title: "  pixels, kNN", read: ({ orderFree }) => accuracy(orderFree?.knn) },
  { title: "  pixels, linear", read: ({ orderFree }) => accuracy(orderFree?.linear) },
  { title: "  adaptive code by place", read: ({ placeBits }) => bits(placeBits) },
  "the layout",
  { title: "  true neighbours side by side", read: ({ neighborsFound }) => `${percent(neighborsFound)} %` },
];

/** Aligned plain text: one column a state. */
export function renderGlasses({ states, ...report }: GlassesReport): string {
  const columns = GLASSES_STATES.map((name) => states[name]);
  const cells = ROWS.flatMap((row): string[][] => {
    if (typeof row === "string") return [[row]];
    const values = columns.map((state) => row.read(state));
    return values.every((value) => value === undefined) ? [] : [[row.title, ...values.map((value) => value ?? "–")]];
  });
  // a heading without a row below it says nothing
  const shown = cells.filter((row, i) => row.length > 1 || (cells[i + 1]?.length ?? 0) > 1);
  const header = ["", ...GLASSES_STATES];
  const widths = header.map((title, column) =>
    Math.max(
      ...[title, ...shown.filter((row) => row.length > 1).map((row) => row[column]!)].map((text) => text.length),
    ),
  );
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!)))
      .join("  ")
      .trimEnd();
  return [headline(report), "", line(header), ...shown.map((row) => (row.length === 1 ? row[0]! : line(row)))].join(
    "\n",
  );
}

function headline({
  data,
  numImages,
  imageSize,
  channels,
  seed,
  steps,
  objective,
  encoder,
  numClasses,
}: Omit<GlassesReport, "states">) {
  const images = `${numImages.toLocaleString("en-US")} images of ${data}, ${imageSize} px, ${channels === 1 ? "gray" : "colour"}`;
  const training =
    steps === undefined
      ? "no encoder was trained"
      : `${objective} on ${encoder}, ${steps.toLocaleString("en-US")} steps each; ${numClasses} classes; 95 % intervals over test images`;
  return `${images}; one permutation of all pixels, seed ${seed}\n${training}`;
}

function accuracy(estimate: Estimate | undefined): string | undefined {
  if (estimate === undefined) return undefined;
  return `${percent(estimate.mean)} % (${percent(estimate.low)}–${percent(estimate.high)})`;
}

function bits(value: number): string {
  return `${value.toFixed(2)} bits`;
}

function percent(share: number): string {
  return (100 * share).toFixed(1);
}
