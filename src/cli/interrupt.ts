/** Ctrl-C: the first asks a run to save and stop, the second quits at once. */

const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const;
type Signal = keyof typeof EXIT_CODES;
const SIGNALS = Object.keys(EXIT_CODES) as Signal[];

export interface Interrupt {
  readonly signal: AbortSignal;
  /** Exit code that says which signal came; undefined if none did. */
  readonly exitCode: number | undefined;
  /** From now on there is something worth saving: until then even the first Ctrl-C quits. */
  saveFromNowOn(): void;
  /** Stop listening. */
  close(): void;
}

/** @param onAsk tells the user that the run is about to stop */
export function listenForInterrupt(onAsk: () => void): Interrupt {
  const controller = new AbortController();
  let exitCode: number | undefined;
  let isWorthSaving = false;
  const listener = (signal: Signal): void => {
    if (!isWorthSaving || exitCode !== undefined) {
      process.stderr.write("\n");
      process.exit(EXIT_CODES[signal]);
    }
    exitCode = EXIT_CODES[signal];
    onAsk();
    controller.abort();
  };
  for (const signal of SIGNALS) process.on(signal, listener);
  return {
    signal: controller.signal,
    get exitCode() {
      return exitCode;
    },
    saveFromNowOn() {
      isWorthSaving = true;
    },
    close() {
      for (const signal of SIGNALS) process.off(signal, listener);
    },
  };
}
