import { describe, expect, test } from "vitest";
import { groupingsFromFolders, labelsFromNames } from "./groupings.js";

/** Class names by image, undefined where unlabelled. */
function namesOf(labels: { classNames: readonly string[]; classOf: Int32Array } | undefined) {
  return labels && Array.from(labels.classOf, (index) => labels.classNames[index]);
}

test("labels are sorted, numbers by value, and -1 is unlabelled", () => {
  expect(labelsFromNames(["10", undefined, "9", "10"])).toEqual({
    classNames: ["9", "10"],
    classOf: Int32Array.of(1, -1, 0, 1),
  });
});

describe("classes from folders", () => {
  const labelsOf = (...paths: string[]) => namesOf(groupingsFromFolders(paths).labels);

  test("are the first folders", () => {
    expect(labelsOf("cat/1.jpg", "dog/1.jpg", "cat/young/2.jpg")).toEqual(["cat", "dog", "cat"]);
  });

  test("below folders that all images share", () => {
    expect(labelsOf("a/b/cat/1.jpg", "a/b/dog/1.jpg")).toEqual(["cat", "dog"]);
  });

  test("below train and test, which become an attribute", () => {
    const groupings = groupingsFromFolders(["set/train/cat/1.jpg", "set/train/dog/1.jpg", "set/test/cat/1.jpg"]);
    expect(namesOf(groupings.labels)).toEqual(["cat", "dog", "cat"]);
    expect(namesOf(groupings.attributes?.split)).toEqual(["train", "train", "test"]);
  });

  test("leave an image beside them unlabelled", () => {
    expect(labelsOf("cat/1.jpg", "dog/1.jpg", "stray.jpg")).toEqual(["cat", "dog", undefined]);
  });

  test("are none for a flat folder, or a single class", () => {
    expect(groupingsFromFolders(["1.jpg", "2.jpg"])).toEqual({});
    expect(groupingsFromFolders(["cat/1.jpg", "cat/2.jpg"])).toEqual({});
    expect(groupingsFromFolders(["cat/1.jpg", "2.jpg"])).toEqual({});
    expect(groupingsFromFolders([])).toEqual({});
  });
});
