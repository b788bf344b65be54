/** `darkmatter preview`: a picture of what the model would see. */
import type { Command } from "commander";
import type { CommandDefinition } from "../command.js";
import { LiveLine } from "../live-line.js";
import { renderDataProgress } from "../progress-text.js";
import { addChoiceFlags, choicesFromFlags, SERIES_CHOICES } from "../train-choices.js";
import { parseNumber } from "../values.js";

interface PreviewFlags extends Readonly<Record<string, unknown>> {
  readonly out: string;
  readonly images?: number;
}

export const preview: CommandDefinition = {
  name: "preview",
  summary: "draw images, or windows of a series, and their augmented views, as training would see them",
  examples: [
    "darkmatter preview ./photos",
    "darkmatter preview ./photos --objective vicreg --strength 0.5 -o views.png",
    "darkmatter preview ./photos --objective dino --local-views 6",
    "darkmatter preview ./photos --objective mae --set maskRatio=0.6",
    "darkmatter preview sensor.csv --window 128",
  ],
  configure(command: Command) {
    command.argument("<data>", "folder of images, tar archive(s), name of a data set, or .csv or .parquet file");
    addChoiceFlags(command, [
      "objective",
      "objectiveOptions",
      "size",
      "strength",
      "localViews",
      "seed",
      ...SERIES_CHOICES,
    ]);
    command
      .option("--images <count>", "how many images or windows", (text) =>
        parseNumber("preview", "--images", { isWhole: true, min: 1 }, text),
      )
      .option("-o, --out <file.png>", "where to", "preview.png")
      .action(runPreview);
  },
};

async function runPreview(data: string, flags: PreviewFlags): Promise<void> {
  const { previewViews } = await import("../../recipes/index.js");
  const live = new LiveLine();
  try {
    live.hint("opening the data ...");
    const { out: _, ...choices } = choicesFromFlags(flags);
    const { images, out } = flags;
    const path = await previewViews(
      { ...choices, data, out, ...(images !== undefined && { numImages: images }) },
      { onData: (progress) => live.update(renderDataProgress(progress)) },
    );
    live.clear();
    process.stdout.write(`${path}\n`);
  } finally {
    live.clear();
  }
}
