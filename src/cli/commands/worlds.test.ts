/** `darkmatter worlds` as it is typed. */
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { darkmatter } from "../testing/command-line.js";
import { useWorkplace } from "../testing/workplace.js";

const { start } = useWorkplace();
const run = (line: string) => darkmatter(...line.split(" "));

async function fails(line: string, message: RegExp): Promise<void> {
  const { code, stdout, stderr } = await run(line);
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toMatch(message);
  expect(stderr.trimEnd().split("\n")).toHaveLength(1);
}

test("list: every environment with its pictures and actions, floors where there are goals", async () => {
  const { code, stdout } = await run("worlds list --tasks 2");
  expect(code).toBe(0);
  expect(stdout).toMatch(
    /^twoRooms: .*\n {4}pictures 65 × 65 × 2 · 2 numbers an action · 200 steps to a goal\n {4}final/m,
  );
  expect(stdout).toMatch(
    /^ {4}final distance < 4\.5 px\n {8}zero 0 % · random \d+ % · straightLine \d+ % · oracle 100 %$/m,
  );
  expect(stdout).toMatch(/^occluder: .*\n {4}pictures 32 × 32 × 3 · nobody acts\n {4}violations: vanish, /m);
  const { stdout: json } = await run("worlds list --tasks 0 --json");
  expect(JSON.parse(json)[0]).toMatchObject({ name: "junction", size: 32, actionDim: 1, floors: [] });
});

test("play writes a picture and says what is seen", async () => {
  const { code, stdout } = await run(
    "worlds play twoRoomsMini --option layouts=fixed --seed 2 --steps 4 -o a/rooms.png",
  );
  expect({ code, stdout }).toEqual({
    code: 0,
    stdout: "twoRoomsMini: 4 steps, seed 2; as in the data that models learn from\na/rooms.png\n",
  });
  expect(existsSync("a/rooms.png")).toBe(true);
  expect((await run("worlds play junction --steps 2")).stdout).toMatch(/\njunction\.png\n$/);
});

describe("generate, show and import", () => {
  test("a folder of episodes says what is in it", async () => {
    const { code, stdout } = await run(
      "worlds generate twoRoomsMini --episodes 3 --steps 4 --option layouts=fixed -o rooms",
    );
    expect(code).toBe(0);
    expect(stdout).toMatch(/^3 episodes in rooms: [\d.]+ kB, .*\/s\nLook at them with:\n {2}.* worlds show rooms\n$/);
    expect(
      (await run("worlds generate twoRoomsMini --episodes 3 --steps 4 --option layouts=fixed -o rooms")).stdout,
    ).toMatch(/^3 episodes in rooms: [\d.]+ kB, all there before/);
    const shown = await run("worlds show rooms -o strip.png");
    expect(shown.stdout.split("\n").map((line) => line.replace(/ {2,}/g, "  ").trim())).toEqual([
      "rooms: twoRoomsMini",
      "episodes  3 episodes",
      "length  5 observations each",
      "observations  frames of 28 × 28 pixels, 2 layers",
      "actions  2 numbers a step",
      "factors  x, y, wallX, doorY",
      "made from  environment twoRoomsMini, layouts fixed, numSteps 4, seed 0",
      expect.stringMatching(/^on disk {2}[\d.]+ kB; 24 kB unpacked$/),
      "picture  strip.png",
      "",
    ]);
    expect(JSON.parse((await run("worlds show rooms --json")).stdout)).toMatchObject({ numEpisodes: 3, actionDim: 2 });
  });

  test("a table becomes episodes, and what was left out is said", async () => {
    writeFileSync("robot.csv", "run,speed,torque_l,torque_r,note\na,1,2,3,x\na,4,,,x\n");
    const { code, stdout } = await run("worlds import robot.csv --episode run --actions torque_* -o robot");
    expect(code).toBe(0);
    expect(stdout).toMatch(/^warning: columns of robot\.csv left out: note \(words\)\n1 episode in robot: /);
    expect((await run("worlds show robot")).stdout).toMatch(
      /actions +2 numbers a step\n[\s\S]*made from +tables robot\.csv, observations speed, actions torque_l torque_r/,
    );
  });

  test("Ctrl-C keeps what is there and says how to go on", { timeout: 240_000 }, async () => {
    const running = start("worlds", "generate", "occluder", "--episodes", "20000", "--steps", "20", "-o", "balls");
    running.interruptAt(/generating \d/);
    const { code, stdout, stderr } = await running.finished;
    expect(code).toBe(130);
    expect(stderr).toContain("Finishing the file at hand, then stopping.");
    expect(stdout).toMatch(
      /^Stopped: [\d,]+ of 20,000 episodes are in balls\. Go on with:\n {2}.*worlds generate occluder --episodes 20000 --steps 20 --out balls\n$/,
    );
    expect(readdirSync("balls").filter((name) => name.endsWith(".episodes")).length).toBeGreaterThan(0);
    await fails("worlds show balls", /balls is half made \([\d]+ of 20000 episodes\)/);
  });
});

describe("mistakes are answered in a line", () => {
  test.each([
    ["worlds", /./],
    ["worlds plya push", /unknown command "plya"\. Did you mean "play"\?/],
  ])("%s", async (line, message) => {
    const { stdout, stderr } = await run(line);
    expect(stdout + stderr).toMatch(message);
  });

  test.each<[string, RegExp]>([
    ["worlds play pusch", /unknown environment "pusch"\. Did you mean "push"\?/],
    [
      "worlds play push --option maxShift=1",
      /push: "maxShift" must be a finite number, at least 5 and at most 24, got 1/,
    ],
    ["worlds play push --option maxShift", /"--option" must be key=value/],
    ["worlds play push --policy orakle", /unknown policy "orakle"\. Did you mean "oracle"\?/],
    ["worlds play push -o push.mp4", /a file ending in \.png \(a strip\) or \.gif/],
    ["worlds generate junction --episodes 0", /"--episodes" must be a whole number, at least 1/],
    ["worlds import nowhere", /a file or folder that exists, got "nowhere"/],
    ["worlds import . --channels 2", /"--channels" must be 1 \(grey\) or 3 \(colours\), got 2/],
    ["worlds show .", /has no episodes\.json: these are no episodes/],
  ])("%s", fails);

  test("a folder that holds other things", async () => {
    mkdirSync("taken");
    writeFileSync("taken/thesis.txt", "");
    await fails(
      "worlds generate junction -o taken",
      /taken holds other files \(thesis\.txt\)\. Name a folder of its own/,
    );
  });
});
