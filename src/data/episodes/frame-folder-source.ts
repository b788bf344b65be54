/** Episodes from folders of frames. */
import { readFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { DarkmatterError, ValueError } from "../../compute/errors.js";
import { decodeImage, readImageSize, UnusableImageError } from "../decode.js";
import { findFiles } from "../folder.js";
import { inNaturalOrder } from "../groupings.js";
import { ACTIONS_FILE, readActionsFile } from "./actions-file.js";
import type { EpisodeSource } from "./episode-source.js";
import { checkFrameOptions, type FrameOptions } from "./frame-size.js";
import { fingerprintOf, type SourceFile, sourceFile } from "./source-files.js";

/** Frames that are decoded at once. */
const AT_ONCE = 16;
/** Episodes whose first frames say whether there are colours. */
const NUM_JUDGED = 8;

/** The frames of one episode in order, and what was done between them. */
interface FrameFolder {
  /** As people know it. */
  readonly name: string;
  readonly frames: readonly SourceFile[];
  readonly actionsFile: SourceFile | undefined;
}

/**
 * A folder of folders of frames, each an episode, or one folder of frames, which is one. Frames are images in natural order
 * of their names (`2.png` before `10.png`), all of one size within an episode; the centre square is resized. A folder may
 * have an `actions.csv`: a row for each step from one frame to the next, so one row less than there are frames; then all
 * have one, with as many columns.
 * `channels`: if absent, 1 where the first frames of some episodes have no colour, else 3.
 * @throws ValueError or DarkmatterError, naming folder and file, for a path without frames, frames beside folders of
 *   frames, episodes of a single frame, and actions that do not fit. Reading an episode throws one for frames that are
 *   damaged or of different sizes.
 */
export async function frameFolderSource(folder: string, options: FrameOptions = {}): Promise<EpisodeSource> {
  const size = checkFrameOptions("frameFolderSource", options);
  const root = resolve(folder);
  const episodes = await findEpisodes(folder, root);
  const actions = await readAllActions(episodes);
  const channels = options.channels ?? (await channelsOf(episodes, size));
  const files = episodes.flatMap(({ frames, actionsFile }) => [...frames, ...(actionsFile ? [actionsFile] : [])]);
  return {
    name: basename(root),
    observation: { kind: "frames", size, channels },
    actionDim: actions.width,
    factorNames: [],
    numEpisodes: episodes.length,
    description: { frames: basename(root), size, channels, fingerprint: fingerprintOf(root, files) },
    async episodeAt(index) {
      const observations = await readFrames(episodes[index]!, size, channels);
      return { observations, actions: actions.of[index]!, factors: new Float32Array() };
    },
  };
}

async function findEpisodes(folder: string, root: string): Promise<readonly FrameFolder[]> {
  const { images, skipped } = await findFiles(root);
  if (skipped.length > 0) {
    throw new DarkmatterError(`frameFolderSource: ${join(folder, skipped[0]!.path)} ${skipped[0]!.reason}.`);
  }
  if (images.length === 0) {
    const hint = "Frames are JPEG, PNG, WebP, AVIF, GIF or TIFF files.";
    throw new ValueError("frameFolderSource", "path", "a folder of frames, or of folders of frames", folder, hint);
  }
  const framesIn = new Map<string, SourceFile[]>();
  for (const image of images) {
    const name = dirname(image.path);
    framesIn.set(name, [...(framesIn.get(name) ?? []), { ...image, path: join(root, image.path) }]);
  }
  if (framesIn.has(".") && framesIn.size > 1) {
    const stray = basename(framesIn.get(".")![0]!.path);
    const other = [...framesIn.keys()].find((name) => name !== ".")!;
    const got = `${stray} beside ${other}/`;
    const hint = "Put each episode into a folder of its own, and other pictures elsewhere.";
    throw new ValueError("frameFolderSource", folder, "either frames or folders of frames", got, hint);
  }
  const names = [...framesIn.keys()].sort((a, b) => inNaturalOrder(a, b) || (a < b ? -1 : 1));
  return names.map((name) => {
    const frames = framesIn.get(name)!;
    const episode = { name: join(folder, name), frames, actionsFile: sourceFile(join(root, name, ACTIONS_FILE)) };
    if (frames.length >= 2) return episode;
    throw new ValueError("frameFolderSource", episode.name, "at least 2 frames", basename(frames[0]!.path));
  });
}

/** [n - 1, width] of each episode; nothing of each where nobody says what was done. */
async function readAllActions(episodes: readonly FrameFolder[]): Promise<{ width: number; of: Float32Array[] }> {
  const [having, lacking] = [true, false].map((has) =>
    episodes.find(({ actionsFile }) => (actionsFile !== undefined) === has),
  );
  if (having === undefined) return { width: 0, of: episodes.map(() => new Float32Array()) };
  if (lacking !== undefined) {
    const expected = `an ${ACTIONS_FILE} in every folder or in none`;
    const got = `one in ${basename(having.name)}, none in ${basename(lacking.name)}`;
    throw new ValueError("frameFolderSource", "actions", expected, got);
  }
  const of: Float32Array[] = [];
  let width = 0;
  for (const { name, frames } of episodes) {
    const read = await readActionsFile(join(name, ACTIONS_FILE), frames.length);
    if (of.length > 0 && read.width !== width) {
      const expected = `${width} columns, as in ${basename(having.name)}`;
      throw new ValueError("frameFolderSource", join(name, ACTIONS_FILE), expected, read.width);
    }
    width = read.width;
    of.push(read.actions);
  }
  return { width, of };
}

async function channelsOf(episodes: readonly FrameFolder[], size: number): Promise<1 | 3> {
  const stride = Math.ceil(episodes.length / NUM_JUDGED);
  for (let i = 0; i < episodes.length; i += stride) {
    const { path } = episodes[i]!.frames[0]!;
    const { isGray } = await naming(path, async () => decodeImage(await readFile(path), size, 3));
    if (!isGray) return 3;
  }
  return 1;
}

async function readFrames({ name, frames }: FrameFolder, size: number, channels: 1 | 3): Promise<Uint8Array> {
  const bytes = size * size * channels;
  const observations = new Uint8Array(frames.length * bytes);
  let first: { width: number; height: number } | undefined;
  for (let start = 0; start < frames.length; start += AT_ONCE) {
    const decoded = await Promise.all(
      frames.slice(start, start + AT_ONCE).map(({ path }) =>
        naming(path, async () => {
          const file = await readFile(path);
          return { path, own: await readImageSize(file), image: await decodeImage(file, size, channels) };
        }),
      ),
    );
    for (const [i, { path, own, image }] of decoded.entries()) {
      first ??= own;
      if (own.width !== first.width || own.height !== first.height) {
        const expected = `frames of one size (${first.width} × ${first.height} as ${basename(frames[0]!.path)})`;
        const got = `${basename(path)}: ${own.width} × ${own.height}`;
        throw new ValueError("frameFolderSource", name, expected, got);
      }
      observations.set(image.pixels, (start + i) * bytes);
    }
  }
  return observations;
}

/** The decoder knows bytes, not their name. */
async function naming<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof UnusableImageError || (cause as NodeJS.ErrnoException).code !== undefined) {
      throw new DarkmatterError(`frameFolderSource: ${path}: ${(cause as Error).message}.`, { cause });
    }
    throw cause;
  }
}
