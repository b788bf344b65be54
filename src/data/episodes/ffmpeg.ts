/** Frames of videos, by the program ffmpeg of this machine: no package decodes as many formats. */
import { spawn } from "node:child_process";
import { resolve } from "node:path";
import { DarkmatterError } from "../../compute/errors.js";

export interface VideoFrames {
  /** Side of the square. */
  readonly size: number;
  readonly channels: 1 | 3;
  /** As many as the video has, if absent. */
  readonly framesPerSecond?: number;
}

/** @throws DarkmatterError if there is no ffmpeg, saying how to come by one */
export async function requireFfmpeg(): Promise<void> {
  const { code, complaint } = await runFfmpeg(["-version"]);
  if (code !== 0) throw new DarkmatterError(`videoSource: ffmpeg -version fails: ${complaint}.`);
}

/**
 * The centre square of every frame, turned upright and resized: uint8 [n, size, size, channels].
 * @throws DarkmatterError naming the file if it is damaged, no video, or shorter than two frames
 */
export async function decodeVideo(path: string, { size, channels, framesPerSecond }: VideoFrames): Promise<Uint8Array> {
  const filters = [
    ...(framesPerSecond === undefined ? [] : [`fps=${framesPerSecond}`]),
    `scale=${size}:${size}:force_original_aspect_ratio=increase:flags=lanczos`,
    `crop=${size}:${size}`,
  ];
  const { code, bytes, complaint } = await runFfmpeg([
    ...["-nostdin", "-v", "error", "-xerror"], // what cannot be decoded ends it: half an episode is none
    ...["-i", `file:${resolve(path)}`, "-map", "0:v:0", "-vf", filters.join(",")],
    ...["-pix_fmt", channels === 1 ? "gray" : "rgb24", "-f", "rawvideo", "pipe:1"],
  ]);
  const numFrames = bytes.length / (size * size * channels);
  if (code !== 0 || !Number.isInteger(numFrames)) {
    const hint = "Convert it to another format, or take it out of the folder.";
    throw new DarkmatterError(`videoSource: ${path} is damaged or no video: ${complaint || `exit ${code}`}. ${hint}`);
  }
  if (numFrames < 2) {
    const hint = framesPerSecond === undefined ? "" : ` It may be too short for ${framesPerSecond} frames per second.`;
    throw new DarkmatterError(`videoSource: ${path} has ${numFrames} frames, and an episode needs two.${hint}`);
  }
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
}

interface Finished {
  readonly code: number | null;
  readonly bytes: Buffer;
  /** The last line that it wrote to stderr: the others are what led to it. */
  readonly complaint: string;
}

function runFfmpeg(args: readonly string[]): Promise<Finished> {
  return new Promise((done, fail) => {
    const child = spawn("ffmpeg", args, { stdio: ["ignore", "pipe", "pipe"] });
    const chunks: Buffer[] = [];
    let errors = "";
    child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      errors = (errors + text).slice(-4000);
    });
    child.on("error", (cause) => fail(cannotRun(cause)));
    child.on("close", (code) => {
      const complaint = errors.trim().split("\n").at(-1)!.trim().replace(/\.$/, "");
      done({ code, bytes: Buffer.concat(chunks), complaint });
    });
  });
}

function cannotRun(cause: NodeJS.ErrnoException): DarkmatterError {
  const why = cause.code === "ENOENT" ? "there is none on the PATH" : `it cannot be run (${cause.code})`;
  const how = "apt install ffmpeg, brew install ffmpeg or winget install ffmpeg brings it";
  const otherwise = "Folders of frames need no ffmpeg.";
  return new DarkmatterError(`videoSource: videos are read by the program ffmpeg, and ${why}: ${how}. ${otherwise}`, {
    cause,
  });
}
