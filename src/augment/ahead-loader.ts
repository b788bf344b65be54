/** Views that take so little that the calling thread makes them, when it would wait for the engine anyway. */
import { closedError, outputsFor, type ViewBatch, type ViewLoader } from "./view-batch.js";

/** Makes the batch after the one asked for as soon as the thread is free. */
export class AheadLoader implements ViewLoader {
  secondsWaited = 0;
  #numViews = 0;
  #secondsMaking = 0;
  #next: { readonly step: number; readonly batch: ViewBatch } | undefined;
  #planned: NodeJS.Immediate | undefined;
  #isClosed = false;

  constructor(
    readonly shapes: ViewLoader["shapes"],
    private readonly makeBatch: (step: number) => ViewBatch,
    readonly actionShape?: readonly number[],
  ) {}

  get viewsPerSecond(): number {
    return this.#secondsMaking > 0 ? this.#numViews / this.#secondsMaking : 0;
  }

  async viewsAt(step: number, into?: readonly Float32Array[]): Promise<ViewBatch> {
    if (this.#isClosed) throw closedError();
    const started = performance.now();
    clearImmediate(this.#planned);
    const batch = this.#next?.step === step ? this.#next.batch : this.#make(step);
    this.#next = undefined;
    this.secondsWaited += (performance.now() - started) / 1000;
    this.#planned = setImmediate(() => {
      this.#next = { step: step + 1, batch: this.#make(step + 1) };
    });
    if (into === undefined) return batch;
    const views = outputsFor({ lengths: batch.views.map(({ length }) => length) }, into);
    views.forEach((view, v) => {
      view.set(batch.views[v]!);
    });
    return { ...batch, views };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearImmediate(this.#planned);
    this.#next = undefined;
  }

  #make(step: number): ViewBatch {
    const started = performance.now();
    const batch = this.makeBatch(step);
    this.#numViews += batch.indices.length * batch.views.length;
    this.#secondsMaking += (performance.now() - started) / 1000;
    return batch;
  }
}
