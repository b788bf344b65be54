/** The data sets by the name people type. The command line, the documentation and `openImages` read this. */
import { lookUp } from "../../compute/errors.js";
import type { DatasetDefinition } from "./dataset.js";
import * as exported from "./index.js";

export const datasets: Readonly<Record<string, DatasetDefinition>> = Object.fromEntries(
  Object.values(exported).map((definition) => [definition.name, definition]),
);

/** All data sets, in the order of their names. */
export function listDatasets(): readonly DatasetDefinition[] {
  return Object.values(datasets).sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** @throws UnknownNameError listing the known names and the nearest */
export function getDataset(name: string): DatasetDefinition {
  return lookUp("getDataset", "data set", datasets, name);
}
