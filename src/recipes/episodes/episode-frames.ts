/** Pictures of episodes, for people. */
import { extname } from "node:path";
import { ValueError } from "../../compute/index.js";
import type { ObservationShape } from "../../data/index.js";
import {
  colouredFrame,
  drawFrameStrip,
  type FrameShape,
  type FrameTrack,
  stepsToShow,
  writeAnimation,
  writePng,
} from "../../evaluate/index.js";

/** One or several episodes of the same length, and what is said about them. */
export interface EpisodeScene {
  readonly title: string;
  readonly subtitle: string;
  readonly shape: FrameShape;
  readonly tracks: readonly {
    readonly label?: string;
    /** uint8 [n, size, size, channels] */
    readonly observations: Uint8Array;
  }[];
  readonly mark?: { readonly step: number; readonly reason: string };
  /** What the end should look like. */
  readonly goal?: Uint8Array;
}

export interface SceneFileOptions {
  /** Ends in .png (a strip) or .gif (an animation). */
  readonly out: string;
  /** Frames of a strip; default 16. */
  readonly numFrames?: number;
  /** Of an animation; default 10. */
  readonly framesPerSecond?: number;
}

const NUM_FRAMES = 16;

/** @throws ValueError for a file that is no picture, or an option that means nothing for it */
export function checkSceneFile(operation: string, { out, numFrames, framesPerSecond }: SceneFileOptions): void {
  const extension = extname(out).toLowerCase();
  if (![".png", ".gif"].includes(extension)) {
    throw new ValueError(operation, "out", "a file ending in .png (a strip) or .gif (an animation)", out);
  }
  if (extension === ".gif" && numFrames !== undefined) {
    throw new ValueError(operation, "frames", "left out: an animation shows every step", numFrames);
  }
  if (extension === ".png" && framesPerSecond !== undefined) {
    throw new ValueError(operation, "fps", "left out: a strip does not move", framesPerSecond);
  }
  if (numFrames !== undefined && !(Number.isInteger(numFrames) && numFrames >= 1)) {
    throw new ValueError(operation, "frames", "a whole number, at least 1", numFrames);
  }
}

/** @throws ValueError for observations that are vectors: there is nothing to see */
export function frameShapeOf(operation: string, observation: ObservationShape): FrameShape {
  if (observation.kind === "frames") return observation;
  throw new ValueError(operation, "episodes", "of frames, to be drawn", `vectors of ${observation.dim} numbers`);
}

/** Write a strip or an animation, as the file's name ends. */
export async function writeScene(scene: EpisodeScene, options: SceneFileOptions): Promise<void> {
  const { title, subtitle, shape, tracks, mark, goal } = scene;
  const { out, numFrames = NUM_FRAMES, framesPerSecond } = options;
  const bytes = shape.size ** 2 * shape.channels;
  const numObservations = tracks[0]!.observations.length / bytes;
  const isAnimation = extname(out).toLowerCase() === ".gif";
  const steps = stepsToShow(numObservations, isAnimation ? numObservations : numFrames, mark?.step);
  const common = {
    size: shape.size,
    tracks: tracks.map(
      ({ label, observations }): FrameTrack => ({
        ...(label !== undefined && { label }),
        frames: steps.map((step) => colouredFrame(shape, observations.subarray(step * bytes, (step + 1) * bytes))),
      }),
    ),
    ...(mark && { mark }),
    ...(goal && { aside: { label: "goal", frame: colouredFrame(shape, goal) } }),
  };
  if (isAnimation) await writeAnimation(out, { ...common, ...(framesPerSecond !== undefined && { framesPerSecond }) });
  else await writePng(out, drawFrameStrip({ ...common, title, subtitle, steps }));
}
