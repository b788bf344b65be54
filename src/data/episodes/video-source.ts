/** Episodes from video files, one each. */
import { basename } from "node:path";
import { ValueError } from "../../compute/errors.js";
import type { EpisodeSource } from "./episode-source.js";
import { decodeVideo, requireFfmpeg, type VideoFrames } from "./ffmpeg.js";
import { checkFrameOptions, type FrameOptions } from "./frame-size.js";
import { fingerprintOf, sourceFiles } from "./source-files.js";

export interface VideoSourceOptions extends FrameOptions {
  /** Default: as many as each video has. */
  readonly framesPerSecond?: number;
}

/** .ts is left out: far more of such files are programs. */
const VIDEO_NAME = /\.(mp4|m4v|mov|mkv|webm|avi|mpe?g|wmv|flv|ogv|m2ts|3gp)$/i;

export function isVideoName(name: string): boolean {
  return VIDEO_NAME.test(name);
}

/**
 * A video file, or all that lie directly in a folder, in natural order. Nobody acts in them: actions have no width.
 * A whole video is in memory while it is read: size² · channels bytes a frame.
 * @throws ValueError for a path without videos, or an option that cannot be; DarkmatterError without ffmpeg. Reading an
 *   episode throws a DarkmatterError that names the file if it is damaged.
 */
export async function videoSource(path: string, options: VideoSourceOptions = {}): Promise<EpisodeSource> {
  const { channels = 3, framesPerSecond } = options;
  const size = checkFrameOptions("videoSource", options);
  if (framesPerSecond !== undefined && !(framesPerSecond > 0 && framesPerSecond <= MOST_FRAMES_PER_SECOND)) {
    const expected = `above 0 and at most ${MOST_FRAMES_PER_SECOND}`;
    throw new ValueError("videoSource", "framesPerSecond", expected, framesPerSecond);
  }
  const files = sourceFiles("videoSource", path, "a video file", isVideoName);
  await requireFfmpeg();
  const frames: VideoFrames = { size, channels, ...(framesPerSecond !== undefined && { framesPerSecond }) };
  return {
    name: basename(path),
    observation: { kind: "frames", size, channels },
    actionDim: 0,
    factorNames: [],
    numEpisodes: files.length,
    description: { videos: basename(path), ...frames, fingerprint: fingerprintOf(path, files) },
    async episodeAt(index) {
      const observations = await decodeVideo(files[index]!.path, frames);
      return { observations, actions: new Float32Array(), factors: new Float32Array() };
    },
  };
}

const MOST_FRAMES_PER_SECOND = 1000;
