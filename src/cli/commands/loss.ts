/** `darkmatter loss`: an objective's value for given projections, to hold another implementation against ours. */
import type { Command } from "commander";
import { ShapeError, ValueError } from "../../compute/errors.js";
import type { HostArray } from "../../compute/index.js";
import type { Objective } from "../../objectives/index.js";
import type { CommandDefinition } from "../command.js";
import { describeObjectives } from "../option-help.js";
import { parseNumber, parseSetting } from "../values.js";

interface LossFlags {
  readonly set?: Readonly<Record<string, unknown>>;
  readonly seed?: number;
  readonly engine?: string;
  readonly json?: boolean;
}

export const loss: CommandDefinition = {
  name: "loss",
  summary: "an objective's total, terms and gradient norms for projections in .npy files",
  examples: [
    "darkmatter loss simclr zA.npy zB.npy --set temperature=0.5 --json",
    "darkmatter loss lejepa zA.npy zB.npy directions.npy",
  ],
  configure(command: Command) {
    command
      .argument("<objective>", "name of the objective")
      .argument("<zA.npy>", "projections of the first views [B, D]")
      .argument("<zB.npy>", "projections of the second views [B, D]")
      .argument("[noise.npy]", "what the objective would draw at random: for lejepa its directions [D, slices]")
      .option("--set <key=value>", "option of the objective; may be repeated", (text, earlier: LossFlags["set"]) =>
        parseSetting("loss", "--set", text, earlier),
      )
      .option("--seed <number>", "of what is drawn at random (default: 0)", (text) =>
        parseNumber("loss", "--seed", { isWhole: true, min: 0 }, text),
      )
      .option("--engine <name>", "native, webgpu or wasm (default: the best one here)")
      .option("--json", "one line of JSON instead")
      .action(runLoss);
  },
  details: describeObjectives,
};

async function runLoss(
  name: string,
  pathA: string,
  pathB: string,
  noisePath: string | undefined,
  { set: config = {}, seed = 0, engine, json = false }: LossFlags,
): Promise<void> {
  const { chooseEngine, lookUp } = await import("../../compute/index.js");
  const { objectives } = await import("../../objectives/catalog.js");
  const { objectiveValue } = await import("../../objectives/objective-value.js");
  const objective = lookUp<Objective>("loss", "objective", objectives, name);
  const projections = [await readMatrix(pathA, "zA"), await readMatrix(pathB, "zB")] as const;
  const { total, terms, gradientNorms } = await objectiveValue(name, projections, {
    config,
    seed,
    ...(noisePath !== undefined && { noise: await readNoise(objective, config, projections[0], noisePath) }),
    ...(engine !== undefined && { engine: await chooseEngine(engine) }),
  });
  const [normA = 0, normB = 0] = gradientNorms;
  const text = json
    ? JSON.stringify({ objective: name, total, terms, gradientNorms })
    : renderRows({ total, ...terms, "gradient norm of zA": normA, "gradient norm of zB": normB });
  process.stdout.write(`${text}\n`);
}

async function readMatrix(path: string, argument: string): Promise<HostArray> {
  const { readNpy } = await import("../../export/index.js");
  const { shape, data } = await readNpy(path);
  if (shape.length !== 2) throw new ShapeError("loss", argument, "two dimensions", shape, `It is from ${path}.`);
  return { dtype: "float32", shape, data: Float32Array.from(data) };
}

/** The third file, under the name that the objective draws it by. */
async function readNoise(
  objective: Objective,
  config: Readonly<Record<string, unknown>>,
  { shape }: HostArray,
  path: string,
): Promise<Record<string, HostArray>> {
  const { keyFor, Random, resolveOptions } = await import("../../compute/index.js");
  const [batchSize, projectionDim] = shape as [number, number];
  const options = resolveOptions(objective.name, objective.options, config);
  const drawn = objective.noise?.(options, { batchSize, projectionDim }, new Random(keyFor(0))) ?? {};
  const [noiseName, ...others] = Object.keys(drawn);
  if (noiseName === undefined || others.length > 0) {
    const hint = `${objective.name} draws ${noiseName === undefined ? "nothing" : "several things"} at random.`;
    throw new ValueError("loss", "noise.npy", "left out", path, hint);
  }
  return { [noiseName]: await readMatrix(path, noiseName) };
}

/** Aligned, with the nine digits that a float32 has. */
function renderRows(values: Readonly<Record<string, number>>): string {
  const width = Math.max(...Object.keys(values).map((name) => name.length));
  const rows = Object.entries(values).map(([name, value]) => `${name.padEnd(width)}  ${Number(value.toPrecision(9))}`);
  return rows.join("\n");
}
