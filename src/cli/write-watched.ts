/** Writing episodes under a person's eyes: progress, Ctrl-C, and what is there in the end. */
import type { WriteObserver, WrittenEpisodes } from "../recipes/index.js";
import { colours } from "./colours.js";
import { listenForInterrupt } from "./interrupt.js";
import { commandLine } from "./invocation.js";
import { LiveLine } from "./live-line.js";
import { renderDataProgress } from "./progress-text.js";
import { countOf, formatBytes, formatCount, formatSeconds } from "./units.js";
import { wrapText } from "./wrap-text.js";

/** @param again words of the command that goes on where this one stops */
export async function writeWatched(
  write: (observer: WriteObserver) => Promise<WrittenEpisodes>,
  again: readonly string[],
): Promise<void> {
  const live = new LiveLine();
  const interrupt = listenForInterrupt(() => live.print(colours.yellow("Finishing the file at hand, then stopping.")));
  try {
    live.hint("opening the episodes ...");
    const written = await write({
      onStart: () => interrupt.saveFromNowOn(),
      onProgress: (progress) => live.update(renderDataProgress(progress)),
      signal: interrupt.signal,
    });
    live.clear();
    process.stdout.write(`${renderWritten(written, again)}\n`);
    if (written.numThere < written.numEpisodes) process.exitCode = interrupt.exitCode ?? 1;
  } finally {
    live.clear();
    interrupt.close();
  }
}

function renderWritten(written: WrittenEpisodes, again: readonly string[]): string {
  const { path, numEpisodes, numThere, numMade, seconds, bytes, warnings } = written;
  if (numThere < numEpisodes) {
    return `Stopped: ${formatCount(numThere)} of ${countOf(numEpisodes, "episode")} are in ${path}. Go on with:\n  ${commandLine(again)}`;
  }
  const speed = numMade === 0 ? "all there before" : `${formatSeconds(seconds)}, ${rateOf(numMade, seconds)}`;
  return [
    ...warnings.map((warning) => wrapText("warning: ", warning)),
    `${countOf(numEpisodes, "episode")} in ${path}: ${formatBytes(bytes)}, ${speed}`,
    `Look at them with:\n  ${commandLine(["worlds", "show", path])}`,
  ].join("\n");
}

function rateOf(count: number, seconds: number): string {
  const perSecond = count / Math.max(seconds, 1e-6);
  return perSecond >= 10 ? `${formatCount(Math.round(perSecond))}/s` : `${perSecond.toFixed(1)}/s`;
}
