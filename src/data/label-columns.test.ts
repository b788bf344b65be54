import { describe, expect, test } from "vitest";
import { type ColumnOptions, kindOf, readLabelColumns } from "./label-columns.js";
import { useTemporaryFolder } from "./testing/pictures.js";

const folder = useTemporaryFolder();
const SET = { name: "photos", paths: ["a/1.jpg", "a/2.jpg", "b/3.jpg", "b/4.jpg"], numImages: 4, skipped: [] };

const columnsOf = (csv: string, options?: ColumnOptions) =>
  readLabelColumns(SET, folder.write("labels.csv", csv), options);

describe("kinds of columns", () => {
  test.each([
    ["text", ["cat", "dog", ""], "class"],
    ["a few whole numbers", ["0", "1", "2", "1"], "class"],
    ["many whole numbers", Array.from({ length: 11 }, (_, i) => String(i)), "number"],
    ["decimals", ["0.5", "1", ""], "number"],
    ["exponents and signs", ["1e-3", "-2.5", "+4"], "number"],
    ["a number and a word", ["1.5", "old"], "class"],
    ["a mark between tags", ["red|round", "red", ""], "tags"],
    ["nothing", ["", ""], "class"],
    ["numbers and NaN", ["1.5", "NaN"], "number"],
  ] as const)("%s", (_, cells, kind) => {
    expect(kindOf(cells)).toBe(kind);
  });
});

describe("columns of a labels file", () => {
  const csv = "file,species,age,tags,id\n1.jpg,cat,2.5,red|round,u1\nb/3.jpg,dog,7,|,u2\na/2.jpg,cat,,red,u3\n";

  test("by image, as what they are; empty cells are not known; identifiers are left out", async () => {
    const { columns, leftOut } = await columnsOf(csv);
    expect(columns).toEqual([
      { name: "species", kind: "class", names: ["cat", "dog"], values: Float64Array.of(0, 0, 1, Number.NaN) },
      { name: "age", kind: "number", names: [], values: Float64Array.of(2.5, Number.NaN, 7, Number.NaN) },
      {
        name: "tags",
        kind: "tags",
        names: ["red", "round"],
        values: Float64Array.of(1, 1, 1, 0, 0, 0, Number.NaN, Number.NaN),
      },
    ]);
    expect(leftOut).toEqual({ id: "every value is different, as of an identifier" });
  });

  test("kinds can be said, and columns chosen", async () => {
    const { columns } = await columnsOf(csv, { only: ["age", "tags"], kinds: { age: "class", tags: "class" } });
    expect(columns.map(({ name, names }) => [name, names])).toEqual([
      ["age", ["2.5", "7"]],
      ["tags", ["|", "red", "red|round"]],
    ]);
  });
});

describe("columns that cannot be meant", () => {
  test.each<[string, string, ColumnOptions | undefined, RegExp]>([
    [
      "NaN",
      "file,age\n1.jpg,2.5\n2.jpg,NaN",
      undefined,
      /"age".*a number for every image, got "NaN for a\/2.jpg".*empty/,
    ],
    [
      "a word among numbers",
      "file,age\n1.jpg,2.5\n2.jpg,old",
      { kinds: { age: "number" } },
      /"age".*got "old for a\/2/,
    ],
    [
      "one class",
      "file,label\n1.jpg,cat\n2.jpg,cat",
      undefined,
      /some column can be learnt.*label: one class only, cat/,
    ],
    ["an empty column", "file,label,age\n1.jpg,cat,\n2.jpg,dog,", { only: ["age"] }, /"age".*it is empty/],
    ["an unknown column", "file,label\n1.jpg,cat\n2.jpg,dog", { only: ["lable"] }, /unknown column "lable".*"label"/],
    ["an unknown kind", "file,label\n1.jpg,a\n2.jpg,b", { kinds: { label: "text" as never } }, /unknown kind "text"/],
    ["no image", "file,label\nx.jpg,cat", undefined, /unknown files x\.jpg/],
  ])("%s", async (_, csv, options, message) => {
    await expect(columnsOf(csv, options)).rejects.toThrow(message);
  });
});
