/** What was done in an episode of frames: a CSV file beside them. */
import { DarkmatterError, ValueError } from "../../compute/errors.js";
import { readTable } from "../series/read-table.js";
import { requireFinite } from "./finite-column.js";

export const ACTIONS_FILE = "actions.csv";

export interface EpisodeActions {
  /** Numbers of an action. */
  readonly width: number;
  /** [numFrames - 1, width] */
  readonly actions: Float32Array;
}

/**
 * Read an `actions.csv`: every column is a number of the action, every row what was done from one frame to the next.
 * @throws DarkmatterError naming the file, and row and column where it can, unless it has numFrames − 1 rows of numbers
 */
export async function readActionsFile(path: string, numFrames: number): Promise<EpisodeActions> {
  let names: readonly string[] = [];
  try {
    const { numRows, columns } = await readTable(path, (found) => {
      names = found;
      return { words: [], numbers: found };
    });
    if (numRows !== numFrames - 1) throw wrongCount(path, numRows, numFrames);
    const actions = new Float32Array(numRows * names.length);
    names.forEach((name, column) => {
      const values = requireFinite("frameFolderSource", path, name, columns.get(name));
      for (let row = 0; row < numRows; row++) actions[row * names.length + column] = values[row]!;
    });
    return { width: names.length, actions };
  } catch (cause) {
    if (!(cause instanceof ValueError) || cause.operation !== "openSeries") throw cause;
    // Every episode has a file of this name: the reader's own message would not say which.
    throw new DarkmatterError(`frameFolderSource: ${path}: ${cause.message}`, { cause });
  }
}

function wrongCount(path: string, numRows: number, numFrames: number): ValueError {
  const hint =
    numRows === numFrames
      ? "Leave out what was done after the last frame: nothing shows where it leads."
      : "A row stands for the step from one frame to the next.";
  const expected = `${numFrames - 1} rows, one less than there are frames`;
  return new ValueError("frameFolderSource", path, expected, numRows, hint);
}
