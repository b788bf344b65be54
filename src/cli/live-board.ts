/** Several lines of progress: rewritten in place on a terminal, written now and then to a file or pipe. */
import { stripVTControlCharacters } from "node:util";
import { fitTo, type TextStream } from "./live-line.js";

const TERMINAL_INTERVAL_MS = 200;
const PLAIN_INTERVAL_MS = 60_000;
const DEFAULT_COLUMNS = 80;
/** Columns left free: the terminal itself writes ^C there. */
const MARGIN = 3;

export class LiveBoard {
  #numShown = 0;
  #writtenMs = Number.NEGATIVE_INFINITY;
  readonly #isTerminal: boolean;

  constructor(
    private readonly stream: TextStream = process.stderr,
    private readonly nowMs: () => number = () => performance.now(),
  ) {
    this.#isTerminal = stream.isTTY === true;
  }

  /** Show these lines, unless others were shown a moment ago. */
  update(lines: readonly string[]): void {
    const now = this.nowMs();
    if (now - this.#writtenMs < (this.#isTerminal ? TERMINAL_INTERVAL_MS : PLAIN_INTERVAL_MS)) return;
    this.#writtenMs = now;
    if (this.#isTerminal) this.#redraw(lines);
    else this.stream.write(lines.map((line) => `${stripVTControlCharacters(line)}\n`).join(""));
  }

  /** Write a text that stays, above the live lines. */
  print(text: string): void {
    // A pipe keeps its pace: what is printed between stands by itself.
    if (this.#isTerminal) this.clear();
    this.stream.write(`${this.#isTerminal ? text : stripVTControlCharacters(text)}\n`);
  }

  /** Take the lines away; the next update comes at once. */
  clear(): void {
    if (this.#numShown > 0) this.stream.write(`\x1b[${this.#numShown}A\r\x1b[J`);
    this.#numShown = 0;
    this.#writtenMs = Number.NEGATIVE_INFINITY;
  }

  #redraw(lines: readonly string[]): void {
    const columns = (this.stream.columns ?? DEFAULT_COLUMNS) - MARGIN;
    const back = this.#numShown > 0 ? `\x1b[${this.#numShown}A\r\x1b[J` : "";
    this.stream.write(back + lines.map((line) => `${fitTo(line, columns)}\n`).join(""));
    this.#numShown = lines.length;
  }
}
