/** Which columns of a table are what: each in one role, by its name or by how it begins. */
import { UnknownNameError, ValueError } from "../../compute/errors.js";
import { TIME_NAMES } from "../series/table.js";

/** Columns by their names; one that ends in "*" stands for all that begin so and have no other role. */
export interface ColumnChoices {
  /** Tells episodes apart. Default: the column "episode", if there is one. */
  readonly episode?: string;
  /** Default: action*. */
  readonly actions?: readonly string[];
  /** Default: factor*. */
  readonly factors?: readonly string[];
  /** Default: all others that hold numbers, but the time. */
  readonly observations?: readonly string[];
}

export interface ClaimedColumns {
  readonly episode: string | undefined;
  readonly time: string | undefined;
  readonly actions: readonly string[];
  readonly factors: readonly string[];
  /** Undefined: all `others` that turn out to hold numbers. */
  readonly observations: readonly string[] | undefined;
  readonly others: readonly string[];
}

/**
 * Give every column its role. Columns that are named beat those that a "*" stands for.
 * @throws UnknownNameError for a name or a beginning that no column has; ValueError for a column in two roles
 */
export function claimColumns(file: string, names: readonly string[], choices: ColumnChoices): ClaimedColumns {
  const { episode = names.find((name) => name.toLowerCase() === "episode"), actions, factors, observations } = choices;
  const roles = { episode: episode === undefined ? undefined : [episode], actions, factors, observations };
  const roleOf = new Map<string, string>();
  for (const [role, chosen] of Object.entries(roles)) {
    for (const name of chosen ?? []) {
      if (name.endsWith("*")) continue;
      if (!names.includes(name)) throw new UnknownNameError("tableSource", `column of ${file}`, name, names);
      const other = roleOf.get(name);
      if (other !== undefined) {
        throw new ValueError("tableSource", `column ${name}`, "in one role", `among ${other} and ${role}`);
      }
      roleOf.set(name, role);
    }
  }
  const claim = (role: string, chosen: readonly string[]): readonly string[] =>
    chosen.flatMap((name) => {
      if (!name.endsWith("*")) return [name];
      const found = names.filter((each) => each.startsWith(name.slice(0, -1)) && !roleOf.has(each));
      for (const each of found) roleOf.set(each, role);
      return found;
    });
  const asked = (role: "actions" | "factors" | "observations", chosen: readonly string[]): readonly string[] => {
    const found = claim(role, chosen);
    if (found.length > 0 || chosen.length === 0) return found;
    throw new UnknownNameError("tableSource", `column of ${file}`, chosen[0]!, names);
  };
  const claimed = {
    actions: actions === undefined ? claim("actions", ["action*"]) : asked("actions", actions),
    factors: factors === undefined ? claim("factors", ["factor*"]) : asked("factors", factors),
  };
  const time = names.find((name) => TIME_NAMES.includes(name.toLowerCase()) && !roleOf.has(name));
  if (time !== undefined) roleOf.set(time, "time");
  return {
    ...{ episode, time, ...claimed },
    observations: observations === undefined ? undefined : asked("observations", observations),
    others: names.filter((name) => !roleOf.has(name)),
  };
}
