/** The environments there are. */
import { lookUp } from "../compute/errors.js";
import { resolveOptions } from "../compute/options.js";
import type { Environment, World } from "./environment.js";
import * as exported from "./worlds.js";

export const environments = exported satisfies Readonly<Record<string, unknown>>;
export type EnvironmentName = keyof typeof environments;

/**
 * The world of a name, with the options that were given and the defaults of the others.
 * @throws UnknownNameError for a name or an option that is none, with the nearest; ValueError for a value out of bounds
 */
export function createWorld(name: string, options: Readonly<Record<string, unknown>> = {}): World {
  const known = environments as unknown as Readonly<Record<string, Environment>>;
  const environment = lookUp<Environment>("worlds", "environment", known, name);
  return environment.create(resolveOptions(environment.name, environment.options, options));
}
