/** Lines that a terminal need not break in the middle of words. */

const LINE_WIDTH = 100;

/** Text after a start, broken at spaces; further lines begin below its first word. */
export function wrapText(start: string, text: string): string {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && start.length + line.length + 1 + word.length > LINE_WIDTH) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return start + [...lines, line].join(`\n${" ".repeat(start.length)}`);
}
