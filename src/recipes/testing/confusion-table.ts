/** What the doctor said of runs that it should have said something else or the same of. */

export interface Judged {
  /** The right verdict. */
  readonly truth: string;
  /** The last verdict; "a false alarm" if a healthy run was called ill on the way. */
  readonly said: string;
}

/** One row a truth, one column a verdict; only names that occur. */
export function confusionTable(judged: readonly Judged[]): string {
  const names = [...new Set(judged.flatMap(({ truth, said }) => [truth, said]))];
  const width = Math.max(...names.map((name) => name.length));
  const count = (truth: string, said: string) =>
    judged.filter((one) => one.truth === truth && one.said === said).length;
  const line = (cells: readonly string[]) =>
    cells
      .map((cell) => cell.padEnd(width))
      .join("  ")
      .trimEnd();
  return [
    line(["is \\ called", ...names]),
    ...names.map((truth) => line([truth, ...names.map((said) => `${count(truth, said) || "."}`)])),
  ].join("\n");
}
