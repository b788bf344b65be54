/** The engines there are, and the choice among them. */
import type { Engine } from "./engine.js";
import { DarkmatterError, lookUp } from "./errors.js";
import { native } from "./native/engine.js";
import { wasm } from "./wasm/engine.js";

/** Best first: the first one that runs here is chosen. */
export const engines = { native, wasm } satisfies Record<string, Engine>;
export type EngineName = keyof typeof engines;

/**
 * The named engine, or the best one available here.
 * @throws UnknownNameError for an unknown name; DarkmatterError with the reason if the named engine cannot run here
 */
export async function chooseEngine(name?: string): Promise<Engine> {
  if (name !== undefined) {
    const engine: Engine = lookUp("chooseEngine", "engine", engines, name);
    const reason = await engine.unavailable();
    if (reason !== undefined) throw reason;
    return engine;
  }
  const candidates: readonly Engine[] = Object.values(engines);
  for (const engine of candidates) {
    if ((await engine.unavailable()) === undefined) return engine;
  }
  throw new DarkmatterError("chooseEngine: no engine runs here. Is WebAssembly switched off?");
}
