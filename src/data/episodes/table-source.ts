/** Episodes from tables: sensor vectors, row by row, and what was done. */
import { basename } from "node:path";
import { ValueError } from "../../compute/errors.js";
import { isSeriesName, readTable } from "../series/read-table.js";
import { orderRows, type Stretch } from "../series/stretches.js";
import type { Table } from "../series/table.js";
import { type ClaimedColumns, type ColumnChoices, claimColumns } from "./claim-columns.js";
import type { EpisodeRecord, EpisodeSource } from "./episode-source.js";
import { requireFinite } from "./finite-column.js";
import { fingerprintOf, sourceFiles } from "./source-files.js";

/** Rows of one file, and the columns that are read of each. */
interface EpisodeTable {
  readonly rows: Uint32Array;
  readonly episodes: readonly Stretch[];
  readonly names: {
    readonly observations: readonly string[];
    readonly actions: readonly string[];
    readonly factors: readonly string[];
  };
  readonly observations: readonly Float64Array[];
  readonly actions: readonly Float64Array[];
  readonly factors: readonly Float64Array[];
  readonly warnings: readonly string[];
}

/**
 * A .csv, .tsv or .parquet file, or all that lie directly in a folder: a row is what was observed at a step and what was
 * done then. An episode is the rows of one value of the episode column, of one file at most, in the order of the file; it
 * also ends where a column of time leaves a gap of more than five usual steps. What was done in an episode's last row leads
 * nowhere and is left out, so the cell may be empty; no other may be, of any column that is read.
 * @throws ValueError or UnknownNameError naming file, row and column for a cell that is no number, columns that are not
 *   there or differ between files, and files without an episode of two rows
 */
export async function tableSource(path: string, choices: ColumnChoices = {}): Promise<EpisodeSource> {
  const files = sourceFiles("tableSource", path, "a .csv, .tsv or .parquet file", isSeriesName);
  const tables: EpisodeTable[] = [];
  for (const file of files) tables.push(await readEpisodes(file.path, choices));
  const { names } = tables[0]!;
  const odd = tables.findIndex((table) => JSON.stringify(table.names) !== JSON.stringify(names));
  if (odd !== -1) {
    const list = (table: EpisodeTable) => Object.values(table.names).flat().join(", ");
    const expected = `columns as in ${basename(files[0]!.path)} (${list(tables[0]!)})`;
    throw new ValueError("tableSource", basename(files[odd]!.path), expected, list(tables[odd]!));
  }
  const episodes = tables.flatMap((table) => table.episodes.map((episode) => ({ table, episode })));
  return {
    name: basename(path),
    observation: { kind: "vectors", dim: names.observations.length },
    actionDim: names.actions.length,
    factorNames: names.factors,
    numEpisodes: episodes.length,
    description: { tables: basename(path), ...names, fingerprint: fingerprintOf(path, files) },
    warnings: tables.flatMap(({ warnings }) => warnings),
    episodeAt: (index) => recordOf(episodes[index]!.table, episodes[index]!.episode),
  };
}

async function readEpisodes(path: string, choices: ColumnChoices): Promise<EpisodeTable> {
  const file = basename(path);
  let claimed: ClaimedColumns | undefined;
  const table = await readTable(path, (names) => {
    claimed = claimColumns(file, names, choices);
    const { episode, time, actions, factors, observations = [] } = claimed;
    return {
      ...(time !== undefined && { time: { name: time, isChosen: false } }),
      words: episode === undefined ? [] : [episode],
      numbers: [...actions, ...factors, ...observations],
    };
  });
  const { episode, time, actions, factors, observations, others } = claimed!;
  const names = { observations: observations ?? numbersAmong(table, others), actions, factors };
  if (names.observations.length === 0) {
    throw new ValueError("tableSource", file, "a table with columns of numbers to observe", [...table.columns.keys()]);
  }
  const group = episode === undefined ? undefined : table.columns.get(episode);
  const times = time === undefined ? undefined : table.columns.get(time);
  const { rows, stretches, warnings } = orderRows(
    file,
    table.numRows,
    group?.kind === "words" ? group : undefined,
    times?.kind === "numbers" ? times.values : undefined,
  );
  const episodes = stretches.filter(({ start, end }) => end - start >= 2);
  if (episodes.length === 0) throw new ValueError("tableSource", file, "a table with an episode of two rows", "none");
  const numShort = stretches.length - episodes.length;
  const isAsked = rowsAsked(table.numRows, rows, episodes);
  const numbersOf = (column: string, isStep = false) =>
    requireFinite("tableSource", file, column, table.columns.get(column), isStep ? isAsked.step : isAsked.state);
  return {
    ...{ rows, episodes, names },
    observations: names.observations.map((column) => numbersOf(column)),
    actions: names.actions.map((column) => numbersOf(column, true)),
    factors: names.factors.map((column) => numbersOf(column)),
    warnings: [
      ...table.warnings,
      ...warnings,
      ...(numShort > 0 ? [`${numShort} episodes of a single row in ${file} are left out`] : []),
    ],
  };
}

function numbersAmong({ columns }: Table, names: readonly string[]): readonly string[] {
  return names.filter((name) => columns.get(name)?.kind === "numbers");
}

/** Which rows of the file are read: as a state, and as a step that leads to another. */
function rowsAsked(numRows: number, rows: Uint32Array, episodes: readonly Stretch[]) {
  const [isState, isStep] = [new Uint8Array(numRows), new Uint8Array(numRows)];
  for (const { start, end } of episodes) {
    for (let i = start; i < end; i++) {
      isState[rows[i]!] = 1;
      isStep[rows[i]!] = Number(i < end - 1);
    }
  }
  return { state: (row: number) => isState[row] === 1, step: (row: number) => isStep[row] === 1 };
}

function recordOf({ rows, observations, actions, factors }: EpisodeTable, { start, end }: Stretch): EpisodeRecord {
  const valuesOf = (columns: readonly Float64Array[], last: number): Float32Array => {
    const values = new Float32Array((last - start) * columns.length);
    for (let i = start; i < last; i++) {
      columns.forEach((column, c) => {
        values[(i - start) * columns.length + c] = column[rows[i]!]!;
      });
    }
    return values;
  };
  const observed = valuesOf(observations, end);
  return {
    observations: new Uint8Array(observed.buffer), // little-endian, as every machine that Node runs on
    actions: valuesOf(actions, end - 1),
    factors: valuesOf(factors, end),
  };
}
