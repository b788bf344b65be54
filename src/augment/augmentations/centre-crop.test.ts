import { expect, test } from "vitest";
import { anyRandom, viewFrom } from "../testing/pictures.js";
import { centreCrop } from "./centre-crop.js";

test("keeps the middle", () => {
  const view = viewFrom(Uint8Array.of(9, 9, 9, 9, 9, 51, 102, 9, 9, 153, 204, 9, 9, 9, 9, 9), 1, 2);
  centreCrop.apply(view, anyRandom(), { share: 0.5 });
  expect([...view.data]).toEqual([0.2, 0.4, 0.6, 0.8].map(Math.fround));
});

test("keeps all of it by default, whatever the stream", () => {
  const view = viewFrom(Uint8Array.of(0, 51, 102, 255), 1, 2);
  centreCrop.apply(view, anyRandom(7), { share: centreCrop.options.share.default });
  expect([...view.data]).toEqual([0, 0.2, 0.4, 1].map(Math.fround));
});
