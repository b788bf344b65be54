/**
 * Options are data: default, bounds and help in one table, read by the command line, the docs and the validation.
 */
import { UnknownNameError, ValueError } from "./errors.js";

export interface NumberOption {
  readonly default: number;
  readonly min?: number;
  readonly max?: number;
  readonly integer?: boolean;
  readonly doc: string;
}

export interface ChoiceOption {
  readonly default: string;
  readonly choices: readonly string[];
  readonly doc: string;
}

export interface FlagOption {
  readonly default: boolean;
  readonly doc: string;
}

export type Option = NumberOption | ChoiceOption | FlagOption;
export type OptionTable = Readonly<Record<string, Option>>;

/** The values an option table describes. */
export type ConfigOf<T extends OptionTable> = { readonly [K in keyof T]: ValueOf<T[K]> };

type ValueOf<O> = O extends ChoiceOption ? O["choices"][number] : O extends NumberOption ? number : boolean;

/** Fill in defaults and check bounds; an unknown key, a wrong type or a value out of bounds is a clear error. */
export function resolveOptions<T extends OptionTable>(
  operation: string,
  table: T,
  given: Readonly<Record<string, unknown>> = {},
): ConfigOf<T> {
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(table, name)) throw new UnknownNameError(operation, "option", name, Object.keys(table));
  }
  const entries = Object.entries(table).map(([name, option]) => {
    // Only undefined means "not given": null is what JSON makes of NaN.
    const value = given[name] === undefined ? option.default : given[name];
    checkOption(operation, name, option, value);
    return [name, value];
  });
  return Object.fromEntries(entries);
}

function checkOption(operation: string, name: string, option: Option, value: unknown): void {
  if ("choices" in option) {
    if (!option.choices.includes(value as string)) {
      throw new ValueError(operation, name, `one of ${option.choices.join(", ")}`, value);
    }
    return;
  }
  if (typeof value !== typeof option.default)
    throw new ValueError(operation, name, `a ${typeof option.default}`, value);
  if (typeof value !== "number") return;
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY, integer = false } = option as NumberOption;
  const isAllowed = Number.isFinite(value) && value >= min && value <= max && (!integer || Number.isInteger(value));
  if (!isAllowed) throw new ValueError(operation, name, describeBounds(min, max, integer), value);
}

function describeBounds(min: number, max: number, integer: boolean): string {
  const bounds = [
    min > Number.NEGATIVE_INFINITY ? `at least ${min}` : "",
    max < Number.POSITIVE_INFINITY ? `at most ${max}` : "",
  ];
  const kind = integer ? "a whole number" : "a finite number";
  return [kind, bounds.filter(Boolean).join(" and ")].filter(Boolean).join(", ");
}
