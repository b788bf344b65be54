/** A view loader whose batches are made by worker threads, ahead of the step. */
import type { Worker } from "node:worker_threads";
import { DarkmatterError } from "../compute/errors.js";
import type { BatchMaker, BatchRecipe } from "./batch-maker.js";
import { closedError, outputsFor, type ViewBatch, type ViewLoader } from "./view-batch.js";
import { type BatchDone, type BatchRequest, type SlotMemory, startViewWorker } from "./worker-protocol.js";

/** Shared memory for one batch, and which step it holds or will hold. */
interface Slot {
  readonly memory: SlotMemory;
  readonly views: readonly Float32Array[];
  step: number | undefined;
  /** Threads that have not answered yet; a slot with any cannot be used for another step. */
  numPending: number;
  /** Settles when every thread has answered. */
  ready: Settleable;
}

/** A promise that others settle. */
interface Settleable {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** A ring of slots is kept filled with the steps that come next; all threads work on each batch together. */
export class ThreadedViewLoader implements ViewLoader {
  secondsWaited = 0;
  readonly #slots: readonly Slot[];
  readonly #workers: readonly Worker[];
  #numViews = 0;
  #busySeconds = 0;
  #failure: DarkmatterError | undefined;
  /** Requests are served one after another. */
  #lastRequest: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly maker: BatchMaker,
    recipe: BatchRecipe,
    numWorkers: number,
    prefetch: number,
  ) {
    this.#slots = Array.from({ length: prefetch }, () => createSlot(maker.lengths));
    const setup = { recipe, slots: this.#slots.map(({ memory }) => memory) };
    this.#workers = Array.from({ length: numWorkers }, () => {
      const worker = startViewWorker(setup);
      worker.on("message", (done: BatchDone) => this.#receive(done));
      worker.on("error", (cause) => this.#fail(workerError(cause)));
      worker.on("exit", (code) =>
        this.#fail(new DarkmatterError(`viewsAt: a view thread stopped (exit code ${code}).`)),
      );
      worker.unref();
      return worker;
    });
  }

  get shapes(): ViewLoader["shapes"] {
    return this.maker.shapes;
  }

  get viewsPerSecond(): number {
    return this.#busySeconds > 0 ? (this.#numViews / this.#busySeconds) * this.#workers.length : 0;
  }

  viewsAt(step: number, into?: readonly Float32Array[]): Promise<ViewBatch> {
    const request = this.#lastRequest.then(() => this.#serve(step, into));
    this.#lastRequest = request.catch(() => {});
    return request;
  }

  async close(): Promise<void> {
    this.#fail(closedError());
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  async #serve(step: number, into?: readonly Float32Array[]): Promise<ViewBatch> {
    if (this.#failure) throw this.#failure;
    const indices = this.maker.indicesAt(step);
    const views = outputsFor(this.maker, into);
    const slot = await this.#waitFor(step);
    views.forEach((view, v) => {
      view.set(slot.views[v]!);
    });
    slot.step = undefined;
    this.#schedule(step + 1);
    return { views, indices };
  }

  /** The slot that holds this step, finished. */
  async #waitFor(step: number): Promise<Slot> {
    const started = performance.now();
    for (const worker of this.#workers) worker.ref();
    try {
      this.#schedule(step);
      while (!this.#slots.some((slot) => slot.step === step)) {
        // After a jump, every free slot may be at work on a step that nobody wants any more.
        await Promise.race(this.#slots.filter((slot) => slot.numPending > 0).map((slot) => slot.ready.promise));
        this.#schedule(step);
      }
      const slot = this.#slots.find((candidate) => candidate.step === step)!;
      await slot.ready.promise;
      return slot;
    } finally {
      for (const worker of this.#workers) worker.unref();
      this.secondsWaited += (performance.now() - started) / 1000;
    }
  }

  /** Put idle slots to work on the steps from `first` that no slot holds yet. */
  #schedule(first: number): void {
    const end = first + this.#slots.length;
    const isWanted = (step: number | undefined) => step !== undefined && step >= first && step < end;
    for (let step = first; step < end; step++) {
      if (this.#slots.some((slot) => slot.step === step)) continue;
      const slot = this.#slots.find((candidate) => candidate.numPending === 0 && !isWanted(candidate.step));
      if (!slot) return;
      this.#start(slot, step);
    }
  }

  #start(slot: Slot, step: number): void {
    slot.step = step;
    slot.numPending = this.#workers.length;
    slot.ready = settleable();
    new Int32Array(slot.memory.nextPosition)[0] = 0;
    const request: BatchRequest = { step, slot: this.#slots.indexOf(slot) };
    for (const worker of this.#workers) worker.postMessage(request);
  }

  #receive({ slot: index, numViews, seconds, error }: BatchDone): void {
    if (error !== undefined) {
      this.#fail(workerError(error));
      return;
    }
    const slot = this.#slots[index]!;
    this.#numViews += numViews;
    this.#busySeconds += seconds;
    slot.numPending--;
    if (slot.numPending === 0) slot.ready.resolve();
  }

  /** The first failure is the one every request gets from now on; the threads end. */
  #fail(error: DarkmatterError): void {
    if (this.#failure) return;
    this.#failure = error;
    for (const slot of this.#slots) slot.ready.reject(error);
    for (const worker of this.#workers) void worker.terminate();
    this.maker.close();
  }
}

function createSlot(lengths: readonly number[]): Slot {
  const buffers = lengths.map((length) => new SharedArrayBuffer(4 * length));
  const ready = settleable();
  ready.resolve();
  return {
    memory: { nextPosition: new SharedArrayBuffer(4), views: buffers },
    views: buffers.map((buffer) => new Float32Array(buffer)),
    step: undefined,
    numPending: 0,
    ready,
  };
}

function settleable(): Settleable {
  let resolve!: () => void;
  let reject!: (error: Error) => void;
  const promise = new Promise<void>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  // a failure is reported to whoever asks for views; if nobody does, it is not an unhandled rejection
  promise.catch(() => {});
  return { promise, resolve, reject };
}

function workerError(cause: unknown): DarkmatterError {
  const message = cause instanceof Error ? cause.message : String(cause);
  return new DarkmatterError(`viewsAt: a view thread failed. ${message}`, { cause });
}
