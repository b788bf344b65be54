/** Values as people type them, in flags and in config files. */
import { ValueError } from "../compute/errors.js";

export interface NumberBounds {
  readonly min?: number;
  /** The number must be larger. */
  readonly above?: number;
  readonly isWhole?: boolean;
}

/** @throws ValueError unless the value is a finite number within the bounds */
export function checkNumber(operation: string, argument: string, bounds: NumberBounds, value: unknown): number {
  const { min = Number.NEGATIVE_INFINITY, above = Number.NEGATIVE_INFINITY, isWhole = false } = bounds;
  const isAllowed = typeof value === "number" && Number.isFinite(value) && value >= min && value > above;
  if (isAllowed && (!isWhole || Number.isInteger(value))) return value;
  throw new ValueError(operation, argument, describeBounds(bounds), value);
}

function describeBounds({ min, above, isWhole }: NumberBounds): string {
  const kind = isWhole ? "a whole number" : "a number";
  if (min !== undefined) return `${kind}, at least ${min}`;
  return above === undefined ? kind : `${kind} above ${above}`;
}

/** A flag's text as a number. */
export function parseNumber(operation: string, flag: string, bounds: NumberBounds, text: string): number {
  const value = text.trim() === "" ? Number.NaN : Number(text);
  return checkNumber(operation, flag, bounds, Number.isNaN(value) ? text : value);
}

/**
 * One `key=value` among the settings before it: true and false become booleans, numbers numbers, anything else text.
 * Whether there is such a key is for its option table to say.
 */
export function parseSetting(
  operation: string,
  flag: string,
  text: string,
  earlier: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  const [, key, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (key === undefined || value === undefined) {
    throw new ValueError(operation, flag, "key=value", text, `For example: ${flag} temperature=0.2`);
  }
  return { ...earlier, [key.trim()]: parseValue(value.trim()) };
}

function parseValue(text: string): unknown {
  if (text === "true") return true;
  if (text === "false") return false;
  return text !== "" && Number.isFinite(Number(text)) ? Number(text) : text;
}
