/**
 * A world model: watch episodes of two rooms and a door, keep in a state what matters of a picture, and plan with it.
 *
 * Half a minute of training shows how it goes; docs/worlds.md has what longer training reaches.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { evaluateRun, planRun, renderPlanning, trainImages } from "darkmatter";
import { environmentSource, writeEpisodes } from "darkmatter/data";
import { temporaryFolder } from "./pictures.js";

// Episodes: what was seen, and what was done in between. Nobody labels them.
const folder = temporaryFolder();
const episodes = join(folder, "episodes");
await writeEpisodes(environmentSource("twoRoomsMini", { numEpisodes: 200, numSteps: 24, seed: 0 }), episodes);

// A model that predicts eight steps ahead, from its own predictions. Some episodes are set aside.
const run = await trainImages({
  data: episodes,
  holdOut: 0.1,
  batch: 32,
  steps: 150,
  learningRate: 2e-3,
  objectiveOptions: { inverseDynamicsWeight: 10 },
  out: join(folder, "run"),
});

// What its states know of the truth, beside the untrained model and raw pixels.
const { text, world } = await evaluateRun(run.path, { pictures: false });
console.log(text);
const [x, y] = world!.where!.rows;
assert.ok(x!.model.high < x!.mean / 2 && y!.model.high < y!.mean / 2, "a state says where the dot is");

// The same tasks for the model, for policies that know the truth, and for search in the true simulator.
const planned = await planRun(run.path, { episodes: 4, horizon: 15 });
console.log(renderPlanning(planned));
const { oracle, zero } = Object.fromEntries(planned.rows.map((row) => [row.name, row.success.final!.mean]));
assert.equal(oracle, 1, "the tasks can be solved");
assert.equal(zero, 0, "and not by waiting");
