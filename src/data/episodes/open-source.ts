/** The way in for data of one's own: what lies at a path says how episodes are read from it. */
import { existsSync, readdirSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { ValueError } from "../../compute/errors.js";
import { findFiles } from "../folder.js";
import { isSeriesName } from "../series/read-table.js";
import type { ColumnChoices } from "./claim-columns.js";
import { MANIFEST_FILE } from "./episode-set.js";
import type { EpisodeSource } from "./episode-source.js";
import { frameFolderSource } from "./frame-folder-source.js";
import { tableSource } from "./table-source.js";
import { isVideoName, type VideoSourceOptions, videoSource } from "./video-source.js";

export type OpenSourceOptions = VideoSourceOptions & ColumnChoices;

interface SourceKind {
  readonly name: string;
  /** Options that mean something for it. */
  readonly options: readonly (keyof OpenSourceOptions)[];
  open(path: string, options: OpenSourceOptions): Promise<EpisodeSource>;
}

const KINDS = {
  videos: { name: "videos", options: ["size", "channels", "framesPerSecond"], open: videoSource },
  frames: { name: "folders of frames", options: ["size", "channels"], open: frameFolderSource },
  tables: { name: "tables", options: ["episode", "actions", "factors", "observations"], open: tableSource },
} as const satisfies Readonly<Record<string, SourceKind>>;

/**
 * Episodes from videos, folders of frames, or tables of sensor vectors and actions: `videoSource`, `frameFolderSource` or
 * `tableSource`, by what is found at the path.
 * @throws ValueError for a path where there is none of them, or an option that means nothing for what is there
 */
export async function openEpisodeSource(path: string, options: OpenSourceOptions = {}): Promise<EpisodeSource> {
  const kind: SourceKind = KINDS[await kindAt(path)];
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || kind.options.some((each) => each === name)) continue;
    throw new ValueError("importEpisodes", name, `left out: it means nothing for ${kind.name}`, value);
  }
  return await kind.open(path, options);
}

async function kindAt(path: string): Promise<keyof typeof KINDS> {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) throw new ValueError("importEpisodes", "path", "a file or folder that exists", path);
  if (!stats.isDirectory()) {
    if (isVideoName(path)) return "videos";
    if (isSeriesName(path)) return "tables";
    throw new ValueError("importEpisodes", "path", "a video, a .csv, .tsv or .parquet file, or a folder", path);
  }
  if (existsSync(join(path, MANIFEST_FILE))) {
    const hint = "Look at it with `darkmatter worlds show`.";
    throw new ValueError("importEpisodes", "path", "data that are no episodes yet", path, hint);
  }
  const names = readdirSync(path);
  if (names.some(isVideoName)) return "videos";
  const { images, otherNames } = await findFiles(path);
  if (images.length > 0) return "frames";
  if (names.some(isSeriesName)) return "tables";
  const others = [...new Set(otherNames)].slice(0, 3).join(", ");
  const got = `${basename(path)} with ${others === "" ? "nothing in it" : others}`;
  throw new ValueError("importEpisodes", "path", "a folder of videos, of folders of frames, or of tables", got);
}
