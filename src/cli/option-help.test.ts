import { expect, test } from "vitest";
import { describeEncoders, describeObjectives, describeOptimizers, describeOptions } from "./option-help.js";

test("each option with its default, its meaning and its bounds, broken at 100 columns", () => {
  const options = {
    weight: { default: 25, min: 0, doc: "pull" },
    share: { default: 0.05, min: 0, max: 1, doc: "λ" },
    domain: { default: "half", choices: ["half", "full"], doc: `integration ${"on and on ".repeat(9).trim()}` },
    isSymmetric: { default: true, doc: "both ways" },
  } as const;
  expect(describeOptions("Objectives", [{ name: "toy", summary: "learns nothing", options }])).toBe(
    `Objectives:
  toy: learns nothing
    weight=25         pull
    share=0.05        λ (0 to 1)
    domain=half       integration on and on on and on on and on on and on on and on on and on on and
                      on on and on on and on (half or full)
    isSymmetric=true  both ways (true or false)`,
  );
});

test("whatever is registered is described", async () => {
  const { objectives } = await import("../objectives/catalog.js");
  const { encoders } = await import("../encoders/catalog.js");
  const text = [await describeObjectives(), await describeEncoders(), await describeOptimizers()].join("\n");
  const { optimizers } = await import("../optim/index.js");
  const all = [...Object.values(objectives), ...Object.values(encoders), ...Object.values(optimizers)];
  for (const { name, options } of all) {
    expect(text).toContain(`\n  ${name}: `);
    for (const [key, { default: value }] of Object.entries(options)) expect(text).toContain(`\n    ${key}=${value} `);
  }
});
