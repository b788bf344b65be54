/** Encoders: one export line each. Only definitions (and types) are exported here, the catalogue reads this file. */
export { convnet } from "./convnet.js";
export { convnext } from "./convnext.js";
export type { Encoder, EncoderDefinition, Encoding, ImageShape } from "./encoder.js";
export { mlp } from "./mlp.js";
export { placeConvnet } from "./place-convnet.js";
export { resnet } from "./resnet.js";
export { seriesConvnet } from "./series-convnet.js";
export { seriesTransformer } from "./series-transformer.js";
export { vit } from "./vit.js";
