/** Commands: one export line each. */
export { compare } from "./compare.js";
export { data } from "./data.js";
export { demo } from "./demo.js";
export { doctor } from "./doctor.js";
export { embed } from "./embed.js";
export { erase } from "./erase.js";
export { evaluate } from "./eval.js";
export { glasses } from "./glasses.js";
export { loss } from "./loss.js";
export { plan } from "./plan.js";
export { preview } from "./preview.js";
export { science } from "./science.js";
export { train } from "./train.js";
export { worlds } from "./worlds.js";
