/** docs/objectives.md is what the catalogues say. */
import { readFileSync } from "node:fs";
import { augmentations, encoders, objectives } from "darkmatter";
import { expect, test } from "vitest";
import { DIALECTS_PATH, dialectsPage, REFERENCE_PATH, referencePage } from "../scripts/reference.js";

test("docs/objectives.md is up to date (npm run docs)", () => {
  expect(readFileSync(REFERENCE_PATH, "utf8")).toBe(referencePage());
});

test("the table of docs/dialects.md is up to date (npm run docs)", () => {
  const page = readFileSync(DIALECTS_PATH, "utf8");
  expect(dialectsPage(page)).toBe(page);
  expect(page).toContain("| [vicreg](objectives.md#vicreg) | eb_jepa | ");
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
  expect(referencePage()).toContain("| `domain` | half | half, full, coarse |");
  expect(referencePage()).toContain("| `ratioMax` | 1.333 |");
  expect(referencePage()).toContain("| 25 invariance + 25 variance + covariance |");
});

test("it says what is usual, what changes during a run, and what hides and holds", () => {
  const page = referencePage();
  expect(page).toContain("Usually trained with weight decay 0.04 to 0.4, gradients no longer than 3.");
  expect(page).toContain("During a run: emaDecay 0.99 to 1.");
  expect(page).toContain("its own outputs, held fixed, as target");
  expect(page).toContain("an encoder that can leave out places, in blocks; an averaged copy of the encoder as target");
  expect(page).toContain("[Dialects](dialects.md): official, lightly, stable-pretraining, solo-learn, eb_jepa.");
});
