/** The commands by the name people type. */
import type { CommandDefinition } from "../command.js";
import * as exported from "./index.js";

export const commands: Readonly<Record<string, CommandDefinition>> = Object.fromEntries(
  Object.values(exported).map((definition) => [definition.name, definition]),
);
