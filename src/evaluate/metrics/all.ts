/** The metrics. A new one is its own file and a line here. */
export { alphaReq } from "./alpha-req.js";
export { effectiveRank } from "./effective-rank.js";
export { meanNormRatio } from "./mean-norm-ratio.js";
export { normalizedStd } from "./normalized-std.js";
export { participationRatio } from "./participation-ratio.js";
export { perDimensionStd } from "./per-dimension-std.js";
export { rankMe } from "./rank-me.js";
