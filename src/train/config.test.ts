import { expect, test } from "vitest";
import { requireSameConfig, type TrainConfig } from "./config.js";

const config = {
  data: { source: "photos", numImages: 12, channels: 3, digest: "ab" },
  imageSize: 32,
  objective: { name: "simclr", options: { temperature: 0.2 } },
  views: [{ size: 32, steps: [{ name: "centreCrop" }] }],
  batchSize: 4,
  seed: 0,
} as unknown as TrainConfig;

test("an equal config is the same, whatever the order of its keys", () => {
  expect(() => requireSameConfig(config, JSON.parse(JSON.stringify(config)))).not.toThrow();
  expect(() =>
    requireSameConfig(config, Object.fromEntries(Object.entries(config).reverse()) as unknown as TrainConfig),
  ).not.toThrow();
});

test.each<[change: object, message: RegExp]>([
  [{ batchSize: 8 }, /batchSize: was 4, now 8/],
  [
    { objective: { name: "simclr", options: { temperature: 0.5 } } },
    /objective\.options\.temperature: was 0\.2, now 0\.5/,
  ],
  [
    { objective: { name: "vicreg", options: {} } },
    /objective\.name: .*objective\.options\.temperature: was 0\.2, now undefined/,
  ],
  [{ views: [{ size: 24, steps: [{ name: "centreCrop" }] }] }, /views\.0\.size: was 32, now 24/],
  [{ views: [] }, /views\.0: was \{.*\}, now undefined/],
  [{ data: { source: "photos", numImages: 11, channels: 3, digest: "ab" } }, /data\.numImages: was 12, now 11/],
  [{ extra: true }, /extra: was undefined, now true/],
])("a change is named with its key and both values: %j", (change, message) => {
  expect(() => requireSameConfig(config, { ...config, ...change })).toThrow(message);
});

test("all changes are named, and what to do", () => {
  const changed = { ...config, batchSize: 8, seed: 1 };
  expect(() => requireSameConfig(config, changed)).toThrow(/batchSize: .*; seed: was 0, now 1\. .*start a new run/);
});
