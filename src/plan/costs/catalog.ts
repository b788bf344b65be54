/** The costs and the risks there are, by name. */
import { lookUp, ValueError } from "../../compute/errors.js";
import { resolveOptions } from "../../compute/options.js";
import type { CostDefinition, CostMaterial, CostTerm } from "./cost-definition.js";
import * as exportedCosts from "./costs.js";
import type { RiskDefinition, RiskMeasure } from "./risk.js";
import * as exportedRisks from "./risks.js";

export const costs = exportedCosts satisfies Readonly<Record<string, unknown>>;
export type CostName = keyof typeof costs;

export const risks = exportedRisks satisfies Readonly<Record<string, unknown>>;
export type RiskName = keyof typeof risks;

type Given = Readonly<Record<string, unknown>>;

/**
 * The cost of a name, with the options that were given and the defaults of the others.
 * @throws UnknownNameError for a name or an option that is none, with the nearest; ValueError for a value out of bounds, or
 * if something is missing that it is made of
 */
export function createCost(name: string, options: Given = {}, material: Partial<CostMaterial> = {}): CostTerm {
  const known = exportedCosts as unknown as Readonly<Record<string, CostDefinition>>;
  const definition = lookUp("costs", "cost", known, name);
  const missing = definition.needs.find((need) => material[need] === undefined);
  if (missing !== undefined) throw new ValueError(name, missing, "given", undefined);
  return definition.create(resolveOptions(name, definition.options, options), material as CostMaterial);
}

/** The way of weighing futures of a name. @throws as `createCost` */
export function createRisk(name: string, options: Given = {}): RiskMeasure {
  const known = exportedRisks as unknown as Readonly<Record<string, RiskDefinition>>;
  const definition = lookUp("costs", "risk", known, name);
  return definition.create(resolveOptions(name, definition.options, options));
}
