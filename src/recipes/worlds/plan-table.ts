/** The report on planning as a table for the terminal. */
import { alignedTable, type Estimate } from "../../evaluate/index.js";
import type { PlanReport, PlanRow } from "./plan-run.js";

const TITLES: Readonly<Record<string, string>> = {
  zero: "zero action",
  random: "random actions",
  straightLine: "straight line",
  oracle: "script that knows the way",
  "simulator, euclidean": "true simulator, Euclidean cost",
  "simulator, geodesic": "true simulator, geodesic cost",
};

/** One row each for floors, ceilings and the model; each rule's share of tasks solved with its interval. */
export function renderPlanning({ environment, rules, rows, msPerStep }: PlanReport): string {
  const names = Object.keys(rules);
  const headers = ["solved, %", ...names.flatMap((name) => [name, "95 % interval"]), "ms a plan", "stopped"];
  const cells = rows.map((row) => [
    TITLES[row.name] ?? row.name,
    ...names.flatMap((name) => [percent(row.success[name]!.mean), intervalOf(row.success[name]!)]),
    row.planningMs === undefined ? "–" : row.planningMs.toFixed(1),
    String(row.numStopped),
  ]);
  const facts = [
    `${environment}: ${(rows[0] as PlanRow).numTasks.toLocaleString("en-US")} tasks, the same for every row; Wilson intervals`,
    ...Object.entries(rules).map(([name, doc]) => `${name}: ${doc}`),
  ];
  return [facts.join("\n"), alignedTable(headers, cells), `planning: ${msPerStep.toFixed(1)} ms a step`].join("\n\n");
}

function intervalOf({ low, high }: Estimate): string {
  return `${percent(low)} – ${percent(high)}`;
}

function percent(share: number): string {
  return (100 * share).toFixed(1);
}
