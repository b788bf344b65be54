/**
 * The collapse doctor beside real short trainings: it finds every illness that is made on purpose, and none in health.
 * `DOCTOR_SEEDS=3 npx vitest run src/recipes/doctor-confusion.test.ts` takes several seeds, and every objective on every
 * encoder that it fits.
 */
import { afterAll, describe, expect, test } from "vitest";
import { usePictures } from "../train/testing/use-pictures.js";
import { confusionTable, type Judged } from "./testing/confusion-table.js";
import { type DoctorCase, HEALTHY_SEQUENCES, healthyCases, ILL_CASES } from "./testing/doctor-cases.js";

const NUM_SEEDS = Number(process.env.DOCTOR_SEEDS ?? 1);
/** A few seconds each, many on a busy machine. */
const PATIENCE = { timeout: 240_000 };

const pictures = usePictures(128);
const judged: Judged[] = [];

afterAll(() => console.log(confusionTable(judged)));

/** Without a choice of seeds every objective comes once, on ViT and ConvNet in turn where it fits both. */
const healthy = healthyCases().flatMap((fitting, i) => (NUM_SEEDS > 1 ? fitting : [fitting[i % fitting.length]!]));

describe.each(Array.from({ length: NUM_SEEDS }, (_, seed) => seed))("seed %i", (seed) => {
  async function judge({ verdict, run }: DoctorCase) {
    const judgement = await run(pictures.path("runs"), pictures.folder, seed);
    const isAlarmed = verdict === "healthy" && judgement.names.some((name) => name !== "healthy");
    judged.push({ truth: verdict, said: isAlarmed ? "false alarm" : judgement.names.at(-1)! });
    return judgement;
  }

  for (const one of [...healthy, HEALTHY_SEQUENCES]) {
    test(`no alarm at any reading: ${one.cause}`, PATIENCE, async () => {
      const { names, evidence, remedy } = await judge(one);
      expect(new Set(names), evidence).toEqual(new Set(["healthy"]));
      expect(remedy).toBe("");
    });
  }

  for (const one of ILL_CASES) {
    test(`${one.verdict}, from ${one.cause}`, PATIENCE, async () => {
      const { names, evidence, remedy } = await judge(one);
      expect(names.at(-1), evidence).toBe(one.verdict);
      expect(evidence).not.toBe("");
      expect(remedy).toMatch(one.remedy!);
    });
  }
});
