/** One line of progress: rewritten in place on a terminal, written now and then to a file or pipe. */
import { stripVTControlCharacters } from "node:util";

/** The part of a stream that is needed: stderr, or what a test gives. */
export interface TextStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

const TERMINAL_INTERVAL_MS = 100;
const PLAIN_INTERVAL_MS = 10_000;
const CLEAR_LINE = "\r\x1b[2K";
const DEFAULT_COLUMNS = 80;
/** Columns left free: the terminal itself writes ^C there. */
const MARGIN = 3;

export class LiveLine {
  /** The newest text, while it waits for its turn. */
  #pending: string | undefined;
  #isShown = false;
  #isHint = false;
  #writtenMs = Number.NEGATIVE_INFINITY;
  readonly #isTerminal: boolean;

  constructor(
    private readonly stream: TextStream = process.stderr,
    private readonly nowMs: () => number = () => performance.now(),
  ) {
    this.#isTerminal = stream.isTTY === true;
  }

  /** Show a text, unless another one was shown a moment ago. */
  update(text: string): void {
    this.#isHint = false;
    this.#pending = text;
    const interval = this.#isTerminal ? TERMINAL_INTERVAL_MS : PLAIN_INTERVAL_MS;
    if (this.nowMs() - this.#writtenMs >= interval) this.#write();
  }

  /** Show a text that only a terminal is told, and that does not stay: it says nothing worth keeping. */
  hint(text: string): void {
    if (!this.#isTerminal) return;
    this.update(text);
    this.#isHint = true;
  }

  /** Write lines that stay, above the live one. */
  print(text: string): void {
    this.clear();
    this.stream.write(`${text}\n`);
  }

  /** Leave the newest text standing, unless it was a hint, and start a new line. */
  end(): void {
    if (this.#isHint) this.clear();
    if (this.#pending !== undefined) this.#write();
    if (this.#isShown) this.stream.write("\n");
    this.#reset();
  }

  /** Take the line away. */
  clear(): void {
    if (this.#isShown) this.stream.write(CLEAR_LINE);
    this.#reset();
  }

  #write(): void {
    const text = this.#pending ?? "";
    this.#pending = undefined;
    this.#writtenMs = this.nowMs();
    if (!this.#isTerminal) {
      this.stream.write(`${stripVTControlCharacters(text)}\n`);
      return;
    }
    this.stream.write(CLEAR_LINE + fitTo(text, (this.stream.columns ?? DEFAULT_COLUMNS) - MARGIN));
    this.#isShown = true;
  }

  #reset(): void {
    this.#isShown = false;
    this.#isHint = false;
    this.#pending = undefined;
    this.#writtenMs = Number.NEGATIVE_INFINITY;
  }
}

/** The text if it fits, else as much of it as does, without colours: a cut colour would run on. */
export function fitTo(text: string, columns: number): string {
  const plain = stripVTControlCharacters(text);
  return plain.length <= columns ? text : `${plain.slice(0, Math.max(0, columns - 1))}…`;
}
