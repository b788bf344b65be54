/** Costs of imagined paths: by name, added up, over several futures, with what each contributes. */
export { type CostName, costs, createCost, createRisk, type RiskName, risks } from "./catalog.js";
export { avoid, type ComposedCost, composeCosts, explainPlan, type WeightedTerm } from "./compose.js";
export type { CostDefinition, CostMaterial, CostTerm } from "./cost-definition.js";
export { type CriticParams, criticOptions, criticReadout, discountedCosts, fitCritic } from "./critic.js";
export type { LatentPaths } from "./latent-paths.js";
export { type LinearReadout, linearReadout, type Readout } from "./readout.js";
export { overFutures, type RiskDefinition, type RiskMeasure } from "./risk.js";
