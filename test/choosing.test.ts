/** docs/choosing.md and the tables of docs/results.md are what the kept comparisons say. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { CHOOSING_PATH, choosingPage, keptResults, RESULTS_PATH, withMethodTables } from "../scripts/choosing.js";
import { cellOf, resultsOf, rowOf } from "../src/recipes/compare/testing/rows.js";

test("docs/choosing.md is up to date (npm run docs)", () => {
  expect(readFileSync(CHOOSING_PATH, "utf8")).toBe(choosingPage(keptResults()));
});

test("the tables of docs/results.md are up to date (npm run docs)", () => {
  const page = readFileSync(RESULTS_PATH, "utf8");
  expect(withMethodTables(page, keptResults())).toBe(page);
});

test("tables take the place between the marks, and nothing else", () => {
  const marks = ["<!-- methods: written by `npm run docs` from docs/results/ -->", "<!-- end of methods -->"];
  const page = withMethodTables(`# A\n\n${marks.join("\nold\n")}\n\n## B\n`, [
    resultsOf([rowOf(cellOf("a"), { knn: 0.5 })]),
  ]);
  expect(page).toMatch(/^# A\n\n<!-- methods.*-->\n\n### Toys\n/);
  expect(page).toMatch(/\n<!-- end of methods -->\n\n## B\n$/);
  expect(page).not.toContain("old");
  expect(withMethodTables("no marks", [])).toBe("no marks");
});

describe("what the page says", () => {
  // a is ahead of b by .2 with each seed; c by as much, and behind by as much.
  const rows = [0, 1, 2].flatMap((seed) => [
    rowOf(cellOf("a", seed), { knn: 0.6 + 0.01 * seed, linear: 0.5, "fewShot/1": 0.2 }),
    rowOf(cellOf("b", seed), { knn: 0.4 + 0.01 * seed, linear: 0.5, "fewShot/1": 0.1 }),
    rowOf(cellOf("c", seed), { knn: [0.9, 0.55, 0.3][seed]!, linear: 0.4 }),
  ]);
  const impossible = [{ method: "mae", encoder: "convnet", reason: "it must see all places" }];
  const page = choosingPage([resultsOf(rows, { impossible })]);
  const line = (start: string) => page.split("\n").find((each) => each.startsWith(start));

  test("a winner is named with what cannot be told from it", () => {
    expect(line("| Toys | convnet | **a**")).toMatch(
      /\| \*\*a\*\* 61\.0 ± 2\.5 \| c \| \+31\.0 ± .* \| raw pixels 35\.0 \|/,
    );
    expect(line("- **Find similar")).toContain(
      "Toys with convnet: a 61.0 ± 2.5 (random init 30.0 ± 24.8), not told from it: c.",
    );
  });

  test("one answer for who reads one line: what wins most tasks, ties told", () => {
    expect(page).toContain("**a on convnet** is the best, or not told from the best by its seeds, in 2 of 2 tasks.");
    const tied = choosingPage([resultsOf([rowOf(cellOf("a"), { knn: 0.5 }), rowOf(cellOf("b"), { knn: 0.4 })])]);
    expect(tied).toContain(
      "**a on convnet** is the best, or not told from the best by its seeds, in 1 of 1 tasks; as often: b on convnet.",
    );
  });

  test("an encoder that is ahead for every method is named, and one that is not is not", () => {
    const pageOf = (...knn: readonly number[]) =>
      choosingPage([
        resultsOf(
          knn.map((score, i) => rowOf(cellOf(i < 2 ? "a" : "b", 0, i % 2 === 0 ? "convnet" : "vit"), { knn: score })),
        ),
      ]);
    expect(pageOf(0.5, 0.4, 0.45, 0.3)).toContain(
      "convnet is ahead for every method that both can serve, by 10.0 to 15.0 points.",
    );
    expect(pageOf(0.5, 0.4, 0.3, 0.45)).toContain("Which encoder is better depends on the method.");
  });

  test("what few labels buy is held against the floors", () => {
    expect(line("| Toys | convnet | 1 label a class")).toContain("| a 20.0 | – | – |");
  });

  test("what gains less than five points is said, and what is not possible", () => {
    const weak = choosingPage([
      resultsOf(
        [rowOf(cellOf("a"), { knn: 0.24 }, { verdict: "dimensional-collapse" }), rowOf(cellOf("b"), { knn: 0.26 })],
        {
          impossible,
        },
      ),
    ]);
    expect(weak).toContain("- a: +4.0 points over random init; the doctor: 1 × dimensional-collapse");
    expect(weak).not.toContain("- b: +6.0");
    expect(weak).toContain("Not possible: mae.");
    expect(page).toContain("**Toys with convnet**: every method gains at least 5 points in kNN 20. Not possible: mae.");
  });

  test("one seed tells nothing apart", () => {
    const once = choosingPage([resultsOf([rowOf(cellOf("a"), { knn: 0.9 }), rowOf(cellOf("b"), { knn: 0.5 })])]);
    expect(once).toMatch(/\*\*a\*\* 90\.0 \| b \|/);
  });

  test("a comparison that continues another says what more time did, and advises nothing", () => {
    const short = resultsOf([rowOf(cellOf("a"), { knn: 0.21 }), rowOf(cellOf("b"), { knn: 0.5 })]);
    const longer = {
      ...resultsOf([rowOf(cellOf("a"), { knn: 0.9 })]),
      name: `${short.name}-long`,
      title: "Toys, longer",
    };
    const both = choosingPage([short, longer]);
    expect(both).toMatch(/\| a on convnet \| 90\.0 \| \+70\.0 \| \+1\.0 \|/);
    expect(both).toContain("1 of 1 gain at least 5 points");
    expect(both).not.toContain("on Toys, longer");
    expect(choosingPage([short])).not.toContain("With more time");
  });

  test("without results it says so", () => expect(choosingPage([])).toContain("Nothing has been measured yet"));
});
