/** Choices from a file: JSON, or a TypeScript or JavaScript module with a default export. */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { extname, resolve } from "node:path";
import { DarkmatterError, ValueError } from "../compute/errors.js";
import type { TrainChoices } from "../recipes/index.js";
import { parseChoices } from "./train-choices.js";

const MODULES = [".ts", ".mts", ".js", ".mjs"];

/**
 * Read choices. Paths in the file are relative to the current folder, as in flags.
 * @throws ValueError or UnknownNameError if the file is missing or says something that is no choice;
 *   DarkmatterError if it does not run
 */
export async function readConfigFile(path: string): Promise<Partial<TrainChoices>> {
  return parseChoices(path, await readDataFile("train", "--config", path));
}

/**
 * What a JSON file holds, or a module exports by default.
 * @param argument that named the file, for messages
 * @throws ValueError if there is no such file, or one of another kind; DarkmatterError if it does not run
 */
export async function readDataFile(operation: string, argument: string, path: string): Promise<unknown> {
  const extension = extname(path).toLowerCase();
  if (!existsSync(path)) throw new ValueError(operation, argument, "a file that exists", path);
  if (extension === ".json") return readJson(path);
  if (MODULES.includes(extension)) return runModule(operation, argument, path);
  throw new ValueError(operation, argument, `a file ending in .json, ${MODULES.join(", ")}`, path);
}

async function readJson(path: string): Promise<unknown> {
  const text = await readFile(path, "utf8");
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new DarkmatterError(`config file ${path} is no JSON: ${(cause as Error).message}.`, { cause });
  }
}

async function runModule(operation: string, argument: string, path: string): Promise<unknown> {
  const { createJiti } = await import("jiti");
  let module: { default?: unknown };
  try {
    module = await createJiti(import.meta.url, { interopDefault: false }).import(resolve(path));
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new DarkmatterError(`config file ${path} does not run: ${message}`, { cause });
  }
  if (module.default === undefined) {
    const hint = "For example: export default { size: 64, minutes: 5 };";
    throw new ValueError(operation, argument, "a module with a default export", path, hint);
  }
  return module.default;
}
