/** docs/objectives.md is what the catalogues say. */
import { readFileSync } from "node:fs";
import { augmentations, encoders, objectives } from "darkmatter";
import { expect, test } from "vitest";
import { REFERENCE_PATH, referencePage } from "../scripts/reference.js";

test("docs/objectives.md is up to date (npm run docs)", () => {
  expect(readFileSync(REFERENCE_PATH, "utf8")).toBe(referencePage());
});

test("it shows every objective, encoder and augmentation, and a row for each of their options", () => {
  const sections = new Map(
    referencePage()
      .split(/^### /m)
      .map((section) => [section.split("\n")[0], section]),
  );
  for (const [name, { options }] of Object.entries({ ...objectives, ...encoders, ...augmentations })) {
    for (const option of Object.keys(options)) expect(sections.get(name)).toContain(`\n| \`${option}\` |`);
  }
});

test("options are shown with their default, their bounds and their meaning", () => {
  expect(referencePage()).toContain("| `temperature` | 0.2 | numbers from 0.01 to 10 | τ:");
  expect(referencePage()).toContain("| `numSlices` | 256 | whole numbers from 1 | random directions a step |");
  expect(referencePage()).toContain("| `domain` | half | half, full |");
  expect(referencePage()).toContain("| `ratioMax` | 1.333 |");
  expect(referencePage()).toContain("| 25 invariance + 25 variance + covariance |");
});
