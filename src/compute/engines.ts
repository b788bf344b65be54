/** The engines there are, and the choice among them. */
import type { Engine } from "./engine.js";
import { DarkmatterError, lookUp } from "./errors.js";
import { native } from "./native/engine.js";
import { wasm } from "./wasm/engine.js";
import { webgpu } from "./webgpu/engine.js";

/** Best first: the first one that runs here, and not on a GPU that is only emulated, is chosen. */
export const engines = { native, webgpu, wasm } satisfies Record<string, Engine>;
export type EngineName = keyof typeof engines;

const all: readonly Engine[] = Object.values(engines);

/**
 * The named engine, or the best one available here.
 * @throws UnknownNameError for an unknown name; DarkmatterError with the reason, the remedy and the engines that do run
 * here, if the named engine cannot
 */
export async function chooseEngine(name?: string): Promise<Engine> {
  if (name !== undefined) {
    const engine: Engine = lookUp("chooseEngine", "engine", engines, name);
    const reason = await engine.unavailable();
    if (reason === undefined) return engine;
    const others = (await availableEngines()).map((other) => other.name).join(", ");
    throw new DarkmatterError(`${reason.message} Engines that run here: ${others}.`, { cause: reason });
  }
  // One after the other: looking for a GPU loads a driver, which nobody needs where the first engine runs.
  for (const engine of all) {
    if ((await engine.unavailable()) !== undefined) continue;
    if (!(await engine.adapter?.())?.isSoftware) return engine;
  }
  throw new DarkmatterError("chooseEngine: no engine runs here. Is WebAssembly switched off?");
}

/** The engines that run here, best first. */
export async function availableEngines(): Promise<Engine[]> {
  const reasons = await Promise.all(all.map((engine) => engine.unavailable()));
  return all.filter((_, i) => reasons[i] === undefined);
}
