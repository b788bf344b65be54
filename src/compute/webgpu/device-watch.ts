/**
 * WebGPU reports errors beside the calls that cause them: what could not be allocated reads as zeros. This listens, so
 * that a run with an error fails instead of returning wrong numbers.
 */
import { DarkmatterError } from "../errors.js";

/** The part of a GPUDevice that is used here. */
export interface GpuDevice {
  readonly lost: Promise<{ readonly reason: string | undefined; readonly message: string }>;
  addEventListener(
    type: "uncapturederror",
    listener: (event: GpuErrorEvent) => void,
    options: { readonly capture: boolean },
  ): void;
}

interface GpuErrorEvent {
  readonly error: GpuError;
  preventDefault(): void;
  stopImmediatePropagation(): void;
}

export interface GpuError {
  readonly message: string;
}

export class DeviceWatch {
  #lost: DarkmatterError | undefined;
  readonly #open = new Set<GpuError[]>();

  constructor(device: GpuDevice) {
    const onError = (event: GpuErrorEvent): void => {
      // WebGPU does not say which call an error belongs to: every run going on gets it.
      for (const errors of this.#open) errors.push(event.error);
      if (this.#open.size === 0) return;
      // It is told by what `guard` throws, so neither jax-js nor the browser needs to print it.
      event.preventDefault();
      event.stopImmediatePropagation();
    };
    device.addEventListener("uncapturederror", onError, { capture: true });
    device.lost.then(({ reason, message }) => {
      this.#lost = lostError(reason, message);
    });
  }

  /** Undefined while the device lives. */
  get lost(): DarkmatterError | undefined {
    return this.#lost;
  }

  /**
   * Run on the device.
   * @throws DarkmatterError with the remedy if the device refused anything meanwhile, ran out of memory or was lost
   */
  async guard<T>(body: () => Promise<T>): Promise<T> {
    if (this.#lost !== undefined) throw this.#lost;
    const errors: GpuError[] = [];
    this.#open.add(errors);
    try {
      const result = await body();
      if (errors.length > 0) throw refusedError(errors[0]!);
      return result;
    } catch (cause) {
      await Promise.resolve(); // what a lost device rejects may come before the news of its loss
      if (this.#lost !== undefined) throw this.#lost;
      throw errors.length > 0 ? refusedError(errors[0]!) : cause;
    } finally {
      this.#open.delete(errors);
    }
  }
}

function lostError(reason: string | undefined, message: string): DarkmatterError {
  const detail = [reason, message].filter((part) => part !== undefined && part !== "").join(": ");
  return new DarkmatterError(
    `webgpu engine: the GPU was lost (${detail || "no reason given"}): its driver was reset, or one step took too long or ` +
      'too much memory. Start again: a run goes on from its last checkpoint. If it happens again, use smaller batches, or the engine "wasm".',
  );
}

function refusedError({ message }: GpuError): DarkmatterError {
  const isMemory = /memory|exceed|larger than|too (big|large)/i.test(message);
  const remedy = isMemory
    ? "The program needs more memory than this GPU gives it: use smaller batches or chunks, or fewer and smaller views."
    : 'This is a fault of the program or the driver, not of your data: try the engine "wasm".';
  return new DarkmatterError(
    `webgpu engine: the GPU refused a step (${message.split("\n")[0]!.replace(/\.$/, "")}). ${remedy}`,
  );
}
