import { average, type Metric } from "./metric.js";

/**
 * Mean over dimensions of the standard deviation (divisor n − 1), in the features' own units: what shrinks in a norm
 * collapse, where ranks and normalised spreads see nothing.
 */
export const perDimensionStd: Metric = {
  name: "perDimensionStd",
  summary: "absolute spread of a dimension, on average",
  of: ({ std }) => average(std),
};
