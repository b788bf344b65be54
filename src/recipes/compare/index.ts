/** Many methods under one protocol. */

export type { CellProgress } from "./cell-process.js";
export {
  type CellEvent,
  type CompareObserver,
  type CompareOptions,
  type CompareOutcome,
  type CompareStart,
  compareFolder,
  compareMethods,
  renderComparison,
} from "./compare.js";
export {
  type Cell,
  type CellChoices,
  type CompareBudget,
  type CompareRecipe,
  pairName,
  parseRecipeOfComparison,
} from "./recipe.js";
export { drawComparison } from "./report.js";
export { type CellRow, type CompareResults, readResults } from "./results.js";
export { type EncoderSummary, type MethodSummary, sortedBy, summarise } from "./summary.js";
export { budgetInWords, inPercent, markdownTable, renderTables, scoreTitle } from "./tables.js";
