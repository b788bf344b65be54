/** The fixed pixel permutation: what it costs whom, and finding it out. */
export {
  GLASSES_STATES,
  type GlassesReport,
  type GlassesState,
  renderGlasses,
  type StateReport,
} from "./glasses-report.js";
export { type GlassesObserver, type GlassesOptions, type GlassesResult, runGlasses } from "./run-glasses.js";
