/** Command lines run in this process: without the seconds that starting one takes. */
import { vi } from "vitest";
import { runCommandLine } from "../program.js";

export interface Answer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Run `darkmatter` with these words, one at a time, and catch what it writes. */
export async function darkmatter(...words: string[]): Promise<Answer> {
  const written = { stdout: "", stderr: "" };
  const spies = (["stdout", "stderr"] as const).map((name) =>
    vi.spyOn(process[name], "write").mockImplementation((text) => {
      written[name] += String(text);
      return true;
    }),
  );
  try {
    const code = await runCommandLine(words);
    return { code, ...written };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}
