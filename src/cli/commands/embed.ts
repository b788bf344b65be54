/** `darkmatter embed`: one vector an image or window, in a file. */
import type { Command } from "commander";
import type { CommandDefinition } from "../command.js";
import { LiveLine } from "../live-line.js";
import { renderDataProgress, renderStage } from "../progress-text.js";
import { countOf } from "../units.js";

export const embed: CommandDefinition = {
  name: "embed",
  summary: "write one vector an image, or a window of a series: .parquet, .npy or .jsonl",
  examples: [
    "darkmatter embed runs/photos-simclr ./photos -o photos.parquet",
    "darkmatter embed runs/photos-simclr ./photos -o photos.npy",
    "darkmatter embed runs/sensor.csv-simclr sensor.csv -o windows.parquet",
  ],
  configure(command: Command) {
    command
      .argument("<run>", "folder of the run")
      .argument("<data>", "folder of images, tar archive(s), name of a data set, or .csv or .parquet file")
      .requiredOption("-o, --out <file>", "where to; the extension chooses the format")
      .action(runEmbed);
  },
  async details() {
    const { embeddingFormats } = await import("../../export/index.js");
    const lines = Object.values(embeddingFormats).map(({ name, summary }) => `  .${name.padEnd(8)} ${summary}`);
    return `Formats:\n${lines.join("\n")}`;
  },
};

async function runEmbed(run: string, data: string, { out }: { readonly out: string }): Promise<void> {
  const { embeddingFormatOf, writeEmbeddings } = await import("../../export/index.js");
  embeddingFormatOf(out); // a wrong extension must not cost the embedding
  const { embedImages } = await import("../../recipes/index.js");
  const live = new LiveLine();
  try {
    live.hint("opening the run ...");
    const embedding = await embedImages(run, data, {
      onData: (progress) => live.update(renderDataProgress(progress)),
      onProgress: (done, total) => live.update(renderStage("embedding", done, total)),
    });
    const files = await writeEmbeddings(out, embedding);
    live.clear();
    const { noun, numImages, dim } = embedding;
    process.stdout.write(`${countOf(numImages, noun)}, ${countOf(dim, "number")} each, in ${files.join(" and ")}\n`);
  } finally {
    live.clear();
  }
}
