/** How hard images look to somebody who reads them in a given order. */
export { deflateLength, neighborCodeLength, placeCodeLength } from "./description-length.js";
export { type NeighborPrediction, neighborPrediction } from "./neighbor-prediction.js";
export { type OrderFreeTask, orderFreeAccuracy } from "./order-free-learners.js";
