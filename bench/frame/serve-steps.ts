/** The other end of `startSide` for sides written in TypeScript. */
import { createInterface } from "node:readline";

/** What a step took, and what it found: a loss, or moments of what it made. */
export interface ServedStep {
  readonly seconds: number;
  readonly [finding: string]: number;
}

/**
 * Speak the protocol of the sides: the first line on stdout says what runs; every line "step" on stdin is answered by
 * one JSON line {"seconds", ...}, every line "memory" by {"peakBytes"}. The end of stdin ends it.
 */
export async function serveSteps(
  info: Readonly<Record<string, unknown>>,
  step: () => Promise<ServedStep>,
): Promise<void> {
  const answer = (values: unknown): boolean => process.stdout.write(`${JSON.stringify(values)}\n`);
  answer(info);
  for await (const line of createInterface({ input: process.stdin })) {
    if (line === "step") answer(await step());
    else if (line === "memory") answer({ peakBytes: process.resourceUsage().maxRSS * 1024 });
    else throw new Error(`a request must be "step" or "memory", got ${JSON.stringify(line)}`);
  }
}
