/** What this machine can do. */
export { type EngineReport, inspectMachine, type MachineObserver, type MachineReport } from "./machine-report.js";
export type { Speed } from "./measure.js";
export type { Peak, Processor, VectorUnits } from "./processor.js";
