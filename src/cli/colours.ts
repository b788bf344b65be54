/** Colours for people only: on when both streams are a terminal, or FORCE_COLOR says so; off under NO_COLOR. */
import pc from "picocolors";

interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly isTerminal: boolean;
}

/** picocolors alone would also colour the logs of a CI. */
export function wantsColour({ env, isTerminal }: Surroundings): boolean {
  if (env.NO_COLOR) return false;
  return env.FORCE_COLOR ? env.FORCE_COLOR !== "0" : isTerminal;
}

const isTerminal = Boolean(process.stdout.isTTY && process.stderr.isTTY);

export const colours = pc.createColors(wantsColour({ env: process.env, isTerminal }));
