import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parquetWriteFile } from "hyparquet-writer";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { UnknownNameError, ValueError } from "../../compute/errors.js";
import { openSeries, type SeriesOptions } from "./open-series.js";
import { standardisationOf, standardisedBy } from "./series-set.js";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "darkmatter-series-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function write(text: string, name = "sensor.csv"): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}
const openText = (text: string, options: SeriesOptions = {}, name?: string) => openSeries(write(text, name), options);
/** "a,b" and rows of two channels that are no counters. */
const twoChannels = (count: number) =>
  `a,b\n${Array.from({ length: count }, (_, i) => `${(i * i) % 7},${(i * 3) % 5}`).join("\n")}`;

describe("a CSV file", () => {
  test("gives windows of its numeric columns, standardised, named by their rows", async () => {
    const set = await openText("a,b\n1,10\n3,10\n1,30\n3,30\n", { window: 2, stride: 2 });
    expect([set.numImages, set.channels, set.window]).toEqual([2, 2, 2]);
    // a has mean 2 and spread 1, b mean 20 and spread 10
    expect([...set.readWindows([0, 1])]).toEqual([-1, 1, -1, -1, -1, 1, 1, 1]);
    expect(set.paths).toEqual(["sensor.csv rows 1-2", "sensor.csv rows 3-4"]);
    const channel = new Float32Array(2);
    set.readChannel(1, 1, channel);
    expect([...channel]).toEqual([1, 1]);
  });

  test("windows overlap by half unless a stride is chosen, and the rest of a stretch is not shown", async () => {
    const set = await openText(twoChannels(11), { window: 4 });
    expect([...set.starts]).toEqual([0, 2, 4, 6]);
    expect([...(await openText(twoChannels(11), { window: 4, stride: 4 })).starts]).toEqual([0, 4]);
  });

  test.each([
    ["semicolons and decimal commas", "a;b\n1,5;2\n2,5;3\n4,5;3\n"],
    ["tabs, and blanks around numbers", "a\tb\n 1.5 \t2\n2.5\t3\n4.5\t3\n"],
    ["quotes, a byte order mark and empty lines", '\uFEFF"a","b"\r\n"1.5",2\r\n\r\n2.5,3\r\n4.5,3\r\n'],
  ])("may have %s", async (_what, text) => {
    const { rows, settings } = await openText(text, { window: 1 });
    expect(settings.columns).toEqual(["a", "b"]);
    expect(rows.channels.map((values) => [...values])).toEqual([
      [1.5, 2.5, 4.5],
      [2, 3, 3],
    ]);
  });

  test("without a line of names is read from its first line on", async () => {
    const set = await openText("1,2\n5,4\n3,9\n", { window: 1 });
    expect(set.settings.columns).toEqual(["column 1", "column 2"]);
    expect([set.numImages, set.warnings[0]]).toEqual([3, expect.stringContaining("no line of names")]);
  });

  test("leaves out words, constants, empty columns and counters, and says so", async () => {
    const text = "id,place,x,unit,gap\n1,north,5,3,\n2,south,7,3,\n3,north,1,3,\n4,west,2,3,\n";
    const set = await openText(text, { window: 2 });
    expect(set.settings.columns).toEqual(["x"]);
    expect(set.warnings.join()).toContain("place (words), gap (empty)");
    expect(set.warnings.join()).toContain("id (counts rows), unit (constant)");
    expect((await openText(text, { window: 2, columns: ["id", "x"] })).settings.columns).toEqual(["id", "x"]);
  });

  test("names line and column of a cell that is no number", async () => {
    const error = await openText("a,b\n1,2\n2,3\n3,oops\n4,1\n").catch((caught) => caught);
    expect(error).toBeInstanceOf(ValueError);
    expect(error.message).toContain('openSeries: "sensor.csv, line 4, column b" must be a number, got "oops"');
    // chosen as a channel, even a column of words
    const words = openText("a,b\n1,north\n2,south\n", { window: 1, columns: ["b"] });
    await expect(words).rejects.toThrow("line 2, column b");
    await expect(openText("a,b\n1,2\n2,inf\n3,1\n")).rejects.toThrow("line 3, column b");
  });

  test("names the line of a ragged row", async () => {
    await expect(openText("a,b\n1,2\n3\n")).rejects.toThrow('line 3" must be 2 cells, as its first line has, got 1');
    await expect(openText("a,b\n1,2\n3,4,5\n")).rejects.toThrow("got 3");
    await expect(openText('a,b\n1,"2\n3,4\n')).rejects.toThrow("a well-formed CSV file");
  });

  test.each([
    ["no rows", "a,b\n", {}, "a table with rows"],
    ["nothing", "", {}, "a table with rows"],
    ["columns of one name", "a,a\n1,2\n", {}, "different names"],
    ["no number", "a,b\nx,y\nz,w\n", {}, "a numeric column to learn from"],
    ["too few rows for a window", twoChannels(20), {}, "--window 1 makes every row a sample"],
    ["a window longer than it is", twoChannels(20), { window: 30 }, "at most the 20 rows of the longest stretch"],
    ["a window of no rows", twoChannels(20), { window: 0 }, "a whole number of rows"],
    ["a policy that is none", twoChannels(20), { missing: "ignore" as never }, "interpolate or refuse"],
  ])("with %s is refused", async (_what, text, options, message) => {
    await expect(openText(text, options)).rejects.toThrow(message);
  });

  test("names columns that are not there, with the nearest", async () => {
    const error = await openText(twoChannels(20), { label: "B" }).catch((caught) => caught);
    expect(error).toBeInstanceOf(UnknownNameError);
    expect(error.message).toContain('unknown column of sensor.csv "B". Did you mean "b"?');
    await expect(openSeries(join(folder, "absent.csv"))).rejects.toThrow("a file that exists");
    await expect(openSeries(folder)).rejects.toThrow("a file ending in .csv, .tsv, .parquet");
  });
});

describe("missing values", () => {
  const text = "a,b,g\n1,5,u\n,6,u\nNA,1,u\n7,2,u\n,3,v\n9,?,v\n2,8,v\n";

  test("are interpolated within a group; its ends take the nearest value", async () => {
    const { rows, warnings } = await openText(text, { window: 2, group: "g" });
    expect([...rows.channels[0]!]).toEqual([1, 3, 5, 7, 9, 9, 2]);
    expect([...rows.channels[1]!]).toEqual([5, 6, 1, 2, 3, 5.5, 8]);
    expect(warnings).toContain("missing values were interpolated: a 3, b 1, of 7 rows");
  });

  test("in a table are the mean of their column", async () => {
    const { rows } = await openText(text, { window: 1 });
    expect(rows.channels[0]![1]).toBeCloseTo((1 + 7 + 9 + 2) / 4);
  });

  test("can be refused, naming the first", async () => {
    const error = openText(text, { window: 2, group: "g", missing: "refuse" });
    await expect(error).rejects.toThrow('"sensor.csv, row 2, column a" must be a number, got "a missing value"');
  });

  test("of a whole group are the channel's mean", async () => {
    const { rows } = await openText("a,b,g\n1,5,u\n3,6,u\n,1,v\n,2,v\n", { window: 2, group: "g" });
    expect([...rows.channels[0]!]).toEqual([1, 3, 2, 2]);
  });
});

describe("groups and time", () => {
  test("windows stay within a group, even where groups alternate in the file", async () => {
    const lines = Array.from({ length: 8 }, (_, i) => `${i % 2 ? "u" : "v"},${i * i}`);
    const set = await openText(`g,x\n${lines.join("\n")}\n`, { window: 2, stride: 1, group: "g" });
    expect([...set.rows.channels[0]!]).toEqual([0, 4, 16, 36, 1, 9, 25, 49]);
    expect([...set.starts]).toEqual([0, 1, 2, 4, 5, 6]);
    expect(set.paths[3]).toBe("sensor.csv g u rows 2-4");
    expect(set.attributes?.g).toEqual({ classNames: ["v", "u"], classOf: Int32Array.of(0, 0, 0, 1, 1, 1) });
  });

  test("windows do not cross a gap in time; a column called time is no channel", async () => {
    const times = [0, 1, 2, 3, 60, 61, 62, 63];
    const set = await openText(`Time,x\n${times.map((t, i) => `${t},${(i * i) % 5}`).join("\n")}`, { window: 2 });
    expect(set.settings).toMatchObject({ columns: ["x"], time: "Time" });
    expect(set.rows.stretches.map(({ start, end }) => [start, end])).toEqual([
      [0, 4],
      [4, 8],
    ]);
    expect(set.warnings).toContain("time leaves 1 gaps of more than 5 usual steps; no window crosses one");
  });

  test("time may be dates, must not go back, and is only taken by its name if it is one", async () => {
    const dated = "date,x\n2026-01-01 10:00,1\n2026-01-01 10:01,5\n2026-01-01 09:00,2\n2026-01-01 10:03,2\n";
    await expect(openText(dated, { window: 2 })).rejects.toThrow("row 3");
    await expect(openText("when,x\nnoon,1\nnight,4\n", { time: "when" })).rejects.toThrow(
      "a time: a number, or a date",
    );
    const named = await openText("date,x\nmonday,1\ntuesday,5\nfriday,2\n", { window: 1 });
    expect(named.settings.time).toBeUndefined();
  });
});

describe("labels", () => {
  test("of a window are those of most of its rows, none where most have none", async () => {
    const text = "x,state\n1,on\n5,on\n2,off\n7,off\n1,\n3,\n2,\n4,off\n";
    const { labels, settings } = await openText(text, { window: 2, stride: 1, label: "state" });
    expect(settings.columns).toEqual(["x"]);
    expect(labels?.classNames).toEqual(["off", "on"]);
    // on on, on off (the earlier of two), off off, off none, none none, none none, none off
    expect([...labels!.classOf]).toEqual([1, 1, 0, 0, -1, -1, -1]);
  });

  test("that are numbers are classes, and no channel; one class is none", async () => {
    const { labels } = await openText("x,y\n1,10\n4,9\n2,10\n", { window: 1, label: "y" });
    expect(labels?.classNames).toEqual(["9", "10"]);
    await expect(openText("x,y\n1,a\n4,a\n", { window: 1, label: "y" })).rejects.toThrow("2 to 256 classes");
  });
});

test("a Parquet file gives what the CSV file gives", async () => {
  const path = join(folder, "sensor.parquet");
  const hours = [0, 1, 2, 3, 4, 5];
  parquetWriteFile({
    filename: path,
    columnData: [
      { name: "time", data: hours.map((hour) => new Date(Date.UTC(2026, 0, 1, hour))) },
      { name: "x", data: [1, 4, 2, 8, 5, 7], type: "DOUBLE" },
      { name: "big", data: [1n, 4n, 2n, 8n, 5n, 8n], type: "INT64" },
      { name: "hole", data: [1, null, 3, 9, 5, 5], type: "DOUBLE", nullable: true },
      { name: "state", data: ["a", "a", "b", "b", "b", "a"], type: "STRING" },
    ],
  });
  const options = { window: 2, label: "state" };
  const set = await openSeries(path, options);
  const rows = [1, 4, 2, 8, 5, 7].map((x, i) =>
    [
      `2026-01-01T0${hours[i]}:00Z`,
      x,
      [1, 4, 2, 8, 5, 8][i],
      [1, "", 3, 9, 5, 5][i],
      ["a", "a", "b", "b", "b", "a"][i],
    ].join(),
  );
  const same = await openText(`time,x,big,hole,state\n${rows.join("\n")}`, options);
  expect(set.settings).toEqual(same.settings);
  expect(set.settings.columns).toEqual(["x", "big", "hole"]);
  expect(set.readWindows([0, 1, 2, 3, 4])).toEqual(same.readWindows([0, 1, 2, 3, 4]));
  expect(set.labels).toEqual(same.labels);
  await expect(openText("no parquet at all", {}, "bad.parquet")).rejects.toThrow("a readable Parquet file");
});

test("a set is standardised by the moments it is given: a test part by those of the training part", async () => {
  const set = await openText("x\n1\n3\n5\n9\n", { window: 2, stride: 2 });
  const other = standardisedBy(set, { means: [1], stds: [2] });
  expect([...other.readWindows([0, 1])]).toEqual([0, 1, 2, 4]);
  expect(standardisationOf(set).means).toEqual([4.5]);
});
