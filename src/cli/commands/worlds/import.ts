/** `darkmatter worlds import`: videos, folders of frames or tables as a data set of episodes. */
import type { Command } from "commander";
import { ValueError } from "../../../compute/errors.js";
import { flagWords } from "../../flag-words.js";
import { writeWatched } from "../../write-watched.js";
import { addNumberFlag, namesIn } from "./flags.js";

interface ImportFlags {
  readonly size?: number;
  readonly channels?: number;
  readonly fps?: number;
  readonly episode?: string;
  readonly actions?: string;
  readonly factors?: string;
  readonly observations?: string;
  readonly out?: string;
}

const NAME = "worlds import";

export function addImport(worlds: Command): void {
  const command = worlds
    .command("import")
    .description("read videos, folders of frames, or tables of sensors and actions into a folder of episodes")
    .argument("<source>", "a video, a .csv or .parquet file, or a folder: of videos, of folders of frames, of tables");
  addNumberFlag(command, NAME, "--size <pixels>", "side of the frames (default: 64)", { isWhole: true, min: 1 });
  addNumberFlag(command, NAME, "--channels <count>", "1 grey, 3 colours (default: 3; grey frames 1)", {
    isWhole: true,
    min: 1,
  });
  addNumberFlag(command, NAME, "--fps <rate>", "frames a second of a video (default: all it has)", { above: 0 });
  command
    .option("--episode <column>", "of a table: what tells episodes apart (default: episode, if there is one)")
    .option("--actions <columns>", "what was done, such as a,b or action_* (default: action*)")
    .option("--factors <columns>", "true numbers that only evaluation sees (default: factor*)")
    .option("--observations <columns>", "what was seen (default: all other numbers but the time)")
    .option("-o, --out <folder>", "where to (default: episodes/<name of the source>)")
    .action(importSource);
}

async function importSource(source: string, flags: ImportFlags): Promise<void> {
  const { importEpisodes } = await import("../../../recipes/index.js");
  const { size, channels, fps, episode, actions, factors, observations, out } = flags;
  if (channels !== undefined && channels !== 1 && channels !== 3) {
    throw new ValueError(NAME, "--channels", "1 (grey) or 3 (colours)", channels);
  }
  const options = {
    source,
    ...(size !== undefined && { size }),
    ...(channels !== undefined && { channels: channels as 1 | 3 }),
    ...(fps !== undefined && { framesPerSecond: fps }),
    ...(episode !== undefined && { episode }),
    ...(actions !== undefined && { actions: namesIn(actions) }),
    ...(factors !== undefined && { factors: namesIn(factors) }),
    ...(observations !== undefined && { observations: namesIn(observations) }),
    ...(out !== undefined && { out }),
  };
  const again = ["worlds", "import", source, ...flagWords({ ...flags })];
  await writeWatched((observer) => importEpisodes(options, observer), again);
}
