import { expect, test } from "vitest";
import { chooseEngine, compile } from "../../compute/index.js";
import { prepare, workloads } from "./workloads.js";

test.each(workloads)("$name: sizes grow, and values neither grow nor vanish", async ({ sizes }) => {
  const flops = sizes.map((size) => size.flops);
  expect([...flops].sort((a, b) => a - b)).toEqual(flops);
  const { program, inputs } = await prepare(sizes[0]!);
  const executable = await compile(program, await chooseEngine("native"));
  const { y } = await executable.run(inputs);
  await executable.dispose();
  const meanSquare = Array.from(y.data).reduce((sum, value) => sum + value ** 2, 0) / y.data.length;
  expect(meanSquare).toBeGreaterThan(0.1);
  expect(meanSquare).toBeLessThan(10);
});

test("the arithmetic that is counted is that of the definition", () => {
  const flopsOf = (name: string) => workloads.find((workload) => workload.name === name)!.sizes[0]!.flops;
  expect(flopsOf("matmul")).toBe(4 * 2 * 256 * 256 * 256);
  expect(flopsOf("matmul of a ViT")).toBe(2 * (256 * 192 * 768) + 2 * (256 * 768 * 192));
  expect(flopsOf("3x3 convolution")).toBe(2 * (2 * 64 * 8 * 8 * 64 * 9));
});
