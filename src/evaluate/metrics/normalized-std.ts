import { average, type Metric } from "./metric.js";

/**
 * Mean over dimensions of the standard deviation (divisor n − 1) of x / ‖x‖; 1/√dim when directions are spread evenly.
 * Blind to the scale of the features; false alarm on a common offset. Source: Chen and He 2021, arXiv:2011.10566.
 */
export const normalizedStd: Metric = {
  name: "normalizedStd",
  summary: "spread of directions (1/√dim is even)",
  of: ({ stdOfDirections }) => average(stdOfDirections),
};
