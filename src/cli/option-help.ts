/** Option tables as help text, so that what is registered is documented. */
import type { Option, OptionTable } from "../compute/options.js";
import { wrapText } from "./wrap-text.js";

interface Named {
  readonly name: string;
  readonly summary: string;
  readonly options: OptionTable;
}

/** A titled list of things with their options: "temperature=0.5  τ: ...". */
export function describeOptions(title: string, things: readonly Named[]): string {
  const width = Math.max(
    ...things.flatMap(({ options }) => Object.entries(options).map(([key, option]) => settingOf(key, option).length)),
  );
  const blocks = things.map(({ name, summary, options }) => {
    const lines = Object.entries(options).map(([key, option]) =>
      wrapText(`    ${settingOf(key, option).padEnd(width)}  `, option.doc + boundsOf(option)),
    );
    return [wrapText(`  ${name}: `, summary), ...lines].join("\n");
  });
  return [`${title}:`, ...blocks].join("\n");
}

function settingOf(key: string, option: Option): string {
  return `${key}=${option.default}`;
}

function boundsOf(option: Option): string {
  if ("choices" in option) return ` (${option.choices.join(" or ")})`;
  if (typeof option.default === "boolean") return " (true or false)";
  const { min, max } = option as { min?: number; max?: number };
  if (min !== undefined && max !== undefined) return ` (${min} to ${max})`;
  return "";
}

/** Objectives with their options, as `--set` takes them. */
export async function describeObjectives(): Promise<string> {
  const { objectives } = await import("../objectives/catalog.js");
  return describeOptions("Objectives, with options for --set", Object.values(objectives));
}

/** Encoders with their options, as `--encoder-set` takes them. */
export async function describeEncoders(): Promise<string> {
  const { encoders } = await import("../encoders/catalog.js");
  return describeOptions("Encoders, with options for --encoder-set", Object.values(encoders));
}

/** Optimizers with their options, as `--optimizer-set` takes them. */
export async function describeOptimizers(): Promise<string> {
  const { optimizers } = await import("../optim/index.js");
  return describeOptions("Optimizers, with options for --optimizer-set", Object.values(optimizers));
}
