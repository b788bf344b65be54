import { describe, expect, test } from "vitest";
import type { ImageSet } from "./image-set.js";
import { withLabelsFile } from "./labels-csv.js";
import { graySet, useTemporaryFolder } from "./testing/pictures.js";

const folder = useTemporaryFolder();
const PATHS = ["a/1.jpg", "a/2.jpg", "b/1.jpg", "b/3 ü.jpg"];

async function label(csv: string, skipped: ImageSet["skipped"] = []): Promise<ImageSet> {
  const set = await graySet(folder.path("cache"), PATHS.length, { classNames: ["w", "x", "y", "z"] });
  set.close();
  return await withLabelsFile({ ...set, paths: PATHS, skipped }, folder.write("labels.csv", csv));
}

const labelsOf = ({ labels }: ImageSet) => Array.from(labels!.classOf, (index) => labels!.classNames[index]);

describe("a labels file", () => {
  test("labels by path, replacing the folders' labels", async () => {
    const set = await label("file,label\na/1.jpg,cat\nb/1.jpg,dog\na/2.jpg,cat\nb/3 ü.jpg,dog\n");
    expect(labelsOf(set)).toEqual(["cat", "cat", "dog", "dog"]);
    expect(set.warnings).toEqual([]);
  });

  test("labels by an ending of the path that only one image has", async () => {
    const set = await label("file,label\n2.jpg,cat\n./b/1.jpg,dog\n3 ü.jpg,dog\n1.jpg,cat\n");
    expect(labelsOf(set)).toEqual([undefined, "cat", "dog", "dog"]);
    expect(set.warnings).toEqual([
      "labels.csv names files that are not among the images (1): 1.jpg (nearest: a/1.jpg)",
      "labels.csv has no label for 1 of 4 images",
    ]);
  });

  test("comes with a byte order mark, quotes, semicolons or tabs, Windows line ends and spaces", async () => {
    for (const csv of [
      '\ufefffile,label\r\n"a/1.jpg","black, cat"\r\n b/1.jpg , dog \r\n\r\n',
      "file;label\na/1.jpg;black, cat\nb/1.jpg;dog",
      "file\tlabel\na/1.jpg\tblack, cat\nb/1.jpg\tdog\n",
    ]) {
      expect(labelsOf(await label(csv))).toEqual(["black, cat", undefined, "dog", undefined]);
    }
  });

  test("gives further columns as attributes, the label wherever it stands", async () => {
    const set = await label("id,path,label,colour\n7,a/1.jpg,cat,red\n8,b/1.jpg,dog,\n");
    expect(labelsOf(set)).toEqual(["cat", undefined, "dog", undefined]);
    expect(set.attributes?.colour).toEqual({ classNames: ["red"], classOf: Int32Array.of(0, -1, -1, -1) });
    expect(set.attributes?.id?.classNames).toEqual(["7", "8"]);
  });

  test("says what it does not know, but not about files that were skipped", async () => {
    const rows = ["a/1.jpg,cat", "b/1.jpg,dog", "gone.jpg,cat", "broken.jpg,cat"];
    const set = await label(`file,label\n${rows.join("\n")}`, [{ path: "broken.jpg", reason: "corrupt" }]);
    expect(set.warnings[0]).toBe("labels.csv names files that are not among the images (1): gone.jpg");
  });
});

describe("a labels file that cannot be meant", () => {
  test.each([
    ["names no image", "file,label\nx.jpg,cat\ny.jpg,dog", /unknown files x\.jpg, y\.jpg.*images are called a\/1\.jpg/],
    ["has one class", "file,label\na/1.jpg,cat\na/2.jpg,cat", /labels of at least 2 classes, got \["cat"\]/],
    ["has a header only", "file,label\n", /got "no rows"/],
    ["is empty", "", /the columns "file" and "label"/],
    ["has other columns", "a,b\n1,2", /the columns "file" and "label", got \["a","b"\]/],
    ["has no label column", "file\na/1.jpg", /the columns "file" and "label"/],
    ["contradicts itself", "file,label\na/1.jpg,cat\na/1.jpg,dog", /one label an image, got "a\/1\.jpg: cat and dog"/],
    ["is broken", 'file,label\na/1.jpg,"cat\n', /a well-formed CSV file/],
    ["has a row too short", "file,label\na/1.jpg\n", /a well-formed CSV file/],
  ])("%s", async (_, csv, message) => {
    await expect(label(csv)).rejects.toThrow(message);
  });

  test("does not exist", async () => {
    const set = await graySet(folder.path("cache"), 2);
    await expect(withLabelsFile(set, folder.path("none.csv"))).rejects.toThrow("a readable CSV file");
    set.close();
  });
});
