/** How far a long piece of work is. */

export interface Progress {
  /** What is being done, such as "decoding". */
  readonly stage: string;
  readonly done: number;
  readonly total: number;
  readonly perSecond: number;
  readonly secondsLeft: number;
}

export type OnProgress = (progress: Progress) => void;

const REPORT_EVERY_MS = 100;

/** Counts work and reports at most ten times a second, and at the end. */
export class ProgressMeter {
  #done = 0;
  readonly #startedMs = performance.now();
  #reportedMs = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly stage: string,
    private readonly total: number,
    private readonly onProgress: OnProgress | undefined,
  ) {}

  advance(): void {
    this.#done++;
    const nowMs = performance.now();
    if (this.#done < this.total && nowMs - this.#reportedMs < REPORT_EVERY_MS) return;
    this.#reportedMs = nowMs;
    const perSecond = this.#done / Math.max((nowMs - this.#startedMs) / 1000, 1e-6);
    const secondsLeft = (this.total - this.#done) / perSecond;
    this.onProgress?.({ stage: this.stage, done: this.#done, total: this.total, perSecond, secondsLeft });
  }
}
