/** The board of a comparison: what each running cell does, what is done, and how long it may still take. */
import type { CellEvent, CompareStart } from "../recipes/index.js";
import { colours } from "./colours.js";
import { countOf, formatNumber, formatSeconds } from "./units.js";

type CellRow = Extract<Extract<CellEvent, { kind: "ended" }>["end"], { kind: "finished" }>["row"];
type Progress = Extract<CellEvent, { kind: "progress" }>["progress"];

interface RunningCell {
  readonly startedMs: number;
  progress?: Progress;
  stage?: string;
}

/** Evaluation and the start of a process, as a share of the training time: until a cell has shown it. */
const ASIDE_SHARE = 0.15;
const SEPARATOR = " · ";

export class CompareBoard {
  readonly #running = new Map<string, RunningCell>();
  /** Seconds that cells took from start to end. */
  readonly #durations: number[] = [];
  #numEnded = 0;
  #numFailed = 0;

  constructor(
    private readonly start: CompareStart,
    private readonly nowMs: () => number = () => performance.now(),
  ) {}

  /** Take note of an event. */
  observe(event: CellEvent): void {
    const { name } = event.cell;
    if (event.kind === "started") this.#running.set(name, { startedMs: this.nowMs() });
    const cell = this.#running.get(name);
    if (cell === undefined) return;
    if (event.kind === "progress") cell.progress = event.progress;
    if (event.kind === "stage") cell.stage = event.name;
    if (event.kind === "retried") {
      delete cell.progress;
      delete cell.stage;
    }
    if (event.kind !== "ended") return;
    this.#running.delete(name);
    this.#numEnded++;
    if (event.end.kind === "finished") this.#durations.push((this.nowMs() - cell.startedMs) / 1000);
    if (event.end.kind === "failed") this.#numFailed++;
  }

  /** One line a running cell, then the totals. */
  lines(): string[] {
    const width = Math.max(0, ...[...this.#running.keys()].map((name) => name.length));
    const cells = [...this.#running].map(([name, cell]) => `${name.padEnd(width)}  ${describe(cell)}`);
    return [...cells, this.#totals()];
  }

  #totals(): string {
    const { numCells, numFinished, impossible } = this.start;
    const numDone = numFinished + this.#numEnded - this.#numFailed;
    const left = this.#secondsLeft();
    return colours.bold(
      [
        `${numDone} of ${countOf(numCells, "cell")} done`,
        ...(this.#numFailed > 0 ? [`${this.#numFailed} failed`] : []),
        ...(impossible.length > 0 ? [`${impossible.length} not possible`] : []),
        ...(left === undefined ? [] : [`about ${formatSeconds(left)} left`]),
      ].join(SEPARATOR),
    );
  }

  /** At the pace of cells that ended, or else of those that run, shared among the processes; unknown before there is one. */
  #secondsLeft(): number | undefined {
    const running = [...this.#running.values()];
    const known =
      this.#durations.length > 0 ? this.#durations : running.flatMap((cell) => this.#expectedDuration(cell));
    if (known.length === 0) return undefined;
    const typical = known.reduce((sum, seconds) => sum + seconds, 0) / known.length;
    const ofRunning = running.map((cell) => {
      const trained = typical - this.#elapsed(cell);
      return Math.max(0, trained, cell.progress?.secondsLeft ?? 0);
    });
    const numWaiting = this.start.cellsToRun.length - this.#numEnded - running.length;
    const left = ofRunning.reduce((sum, seconds) => sum + seconds, numWaiting * typical);
    // The last cells have fewer processes than there are.
    return Math.max(left / this.start.jobs, ...ofRunning);
  }

  #elapsed({ startedMs }: RunningCell): number {
    return (this.nowMs() - startedMs) / 1000;
  }

  #expectedDuration(cell: RunningCell): number[] {
    const { progress, stage } = cell;
    if (progress === undefined || stage !== undefined) return [];
    return [(1 + ASIDE_SHARE) * (this.#elapsed(cell) + progress.secondsLeft)];
  }
}

/** "step 120/300 · 2 min left · healthy · loss 3.412", or what is being evaluated. */
function describe({ progress, stage }: RunningCell): string {
  if (stage !== undefined) return `evaluating: ${stage}`;
  if (progress === undefined) return "starting ...";
  const { step, totalSteps, secondsLeft, loss, verdict } = progress;
  return [
    `step ${step}/${totalSteps}`,
    `${formatSeconds(secondsLeft)} left`,
    ...(verdict === undefined ? [] : [verdict.isHealthy ? colours.green(verdict.name) : colours.red(verdict.name)]),
    `loss ${formatNumber(loss)}`,
  ].join(SEPARATOR);
}

/** What became of a cell, in a line that stays; nothing for what only goes on. */
export function renderCellEvent(event: CellEvent): string | undefined {
  const { name } = event.cell;
  if (event.kind === "retried")
    return colours.yellow(`${name}: its process died (${event.how}); starting it once more`);
  if (event.kind !== "ended") return undefined;
  const { end } = event;
  if (end.kind === "stopped") return `${name}: saved at step ${end.step}`;
  if (end.kind === "failed") return colours.red(`${name}: failed: ${end.message}`);
  return `${name}: ${renderRow(end.row)}`;
}

/** "kNN 43.2 % (random init 38.1) · linear 45.0 % (...) · healthy · 3 min 2 s of processor time". */
function renderRow({ scores, floors, verdict, failure, cpuSeconds }: CellRow): string {
  if (failure !== undefined) return colours.red(`${verdict}: ${failure}`);
  const shown = ["knn", "linear"].flatMap((key) => {
    const [score, floor] = [scores[key], floors.randomInit?.[key]];
    if (score === undefined) return [];
    const beside = floor === undefined ? "" : ` (random init ${percent(floor)})`;
    return `${key === "knn" ? "kNN" : key} ${percent(score)} %${beside}`;
  });
  const judged = verdict === "healthy" ? colours.green(verdict) : colours.red(verdict);
  return [...shown, judged, `${formatSeconds(cpuSeconds)} of processor time`].join(SEPARATOR);
}

function percent(share: number): string {
  return (100 * share).toFixed(1);
}
