/** What augmentation erases, and what it gains. */
export { type Condition, conditionsOf, fullRecipe } from "./conditions.js";
export { adviceOf, type Effect, type EraseCell, type EraseReport, effectsOf, renderErase } from "./erase-report.js";
export { type EraseObserver, type EraseOptions, type EraseProgress, type EraseResult, runErase } from "./run-erase.js";
export { type FeatureReport, factorOf, type WhatAndWhere } from "./what-and-where.js";
