import { expect, test } from "vitest";
import { createHeldOutLoss } from "./held-out-loss.js";
import { train } from "./loop.js";
import { stepArraysOf } from "./state.js";
import { tinyConfig } from "./testing/tiny-run.js";
import { usePictures } from "./testing/use-pictures.js";
import { createTrainer } from "./trainer.js";

const pictures = usePictures(16);

test.each(["simclr", "byol"])(
  "the loss of %s without an update is the loss of a step on the same views",
  async (name) => {
    const trainer = await createTrainer(tinyConfig(pictures.set, { objective: { name, options: {} } }), pictures.set);
    const { views } = await trainer.inputsAt(5);
    const heldOut = createHeldOutLoss(views);
    try {
      for await (const event of train(trainer, trainer.initial)) {
        if (event.step < 3) continue;
        const before = JSON.stringify(event.scalars);
        const cost = await heldOut.after(event, trainer);
        const step = await trainer.step.run({ ...event.inputs, views, ...stepArraysOf(event.state) });
        expect(cost).toBeCloseTo(step.report.total.data[0]!, 4);
        expect(cost).not.toBeCloseTo(event.report.total.data[0]!, 4);
        expect(JSON.stringify(event.scalars)).toBe(before);
        break;
      }
    } finally {
      await heldOut.close();
      await trainer.close();
    }
  },
);
