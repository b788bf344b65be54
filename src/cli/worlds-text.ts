/** Environments and episodes in words. */
import type { EpisodesFacts, WorldFacts, WorldFloors } from "../recipes/index.js";
import { countOf, formatBytes, formatNumber } from "./units.js";
import { wrapText } from "./wrap-text.js";

const INDENT = "    ";
const NAME_WIDTH = 14;

/** "twoRooms: a dot ..." and a line of what it is like. */
export function renderWorld({ name, summary, size, channels, actionDim, maxSteps, violations }: WorldFacts): string {
  const parts = [
    `pictures ${size} × ${size} × ${channels}`,
    actionDim === 0 ? "nobody acts" : `${countOf(actionDim, "number")} an action`,
    ...(maxSteps === undefined ? [] : [`${maxSteps} steps to a goal`]),
  ];
  return [
    `${name}: ${summary}`,
    `${INDENT}${parts.join(" · ")}`,
    ...(violations.length > 0 ? [wrapText(`${INDENT}violations: `, violations.join(", "))] : []),
  ].join("\n");
}

/** "final distance < 4.5 px", and below it "zero 0 % · random 0 % · ...". */
export function renderFloors({ rule, success }: WorldFloors): string {
  const shares = Object.entries(success).map(([policy, { mean }]) => `${policy} ${Math.round(100 * mean)} %`);
  return `${wrapText(INDENT, rule)}\n${INDENT}${INDENT}${shares.join(" · ")}`;
}

/** What is in a folder of episodes. */
export function renderEpisodes(facts: EpisodesFacts): string {
  const { path, name, numEpisodes, lengths, actionDim, factorNames, bytes, observationBytes, picture } = facts;
  const { least, mean, most } = lengths;
  const length =
    least === most
      ? `${countOf(most, "observation")} each`
      : `${least} to ${most} observations, ${formatNumber(mean, 3)} on average`;
  const rows: readonly (readonly [string, string])[] = [
    ["episodes", countOf(numEpisodes, "episode")],
    ["length", length],
    ["observations", observationText(facts)],
    ["actions", actionDim === 0 ? "none" : `${countOf(actionDim, "number")} a step`],
    ["factors", factorNames.length === 0 ? "none" : factorNames.join(", ")],
    ["made from", madeFrom(facts)],
    ["on disk", `${formatBytes(bytes)}; ${formatBytes(observationBytes)} unpacked`],
    ...(picture === undefined ? [] : [["picture", picture] as const]),
  ];
  return [`${path}: ${name}`, ...rows.map(([key, text]) => wrapText(`  ${key.padEnd(NAME_WIDTH)}`, text))].join("\n");
}

function observationText({ observation }: EpisodesFacts): string {
  if (observation.kind === "vectors") return `vectors of ${countOf(observation.dim, "number")}`;
  const { size, channels, isLayered = false } = observation;
  const isColour = channels === 3 && !isLayered;
  const what = isColour ? "in colour" : channels === 1 ? "grey" : `${channels} layers`;
  return `frames of ${size} × ${size} pixels, ${what}`;
}

/** "environment twoRooms, numSteps 64, seed 0". */
function madeFrom({ description }: EpisodesFacts): string {
  const parts = Object.entries(description).flatMap(([key, value]) => {
    if (key === "fingerprint" || (Array.isArray(value) && value.length === 0)) return [];
    if (Array.isArray(value)) return [`${key} ${value.join(" ")}`];
    if (typeof value !== "object" || value === null) return [`${key} ${value}`];
    return Object.entries(value).map(([name, setting]) => `${name} ${setting}`);
  });
  return parts.join(", ");
}
