import fc from "fast-check";
import { expect, test } from "vitest";
import { ValueError } from "./errors.js";
import { flattenTree, mapTree, type Tree, unflattenTree } from "./tree.js";

const isNumber = (node: unknown): node is number => typeof node === "number";

test("leaves by path, in insertion order", () => {
  const tree = { encoder: { weight: 1, blocks: { b0: { bias: 2 } } }, a: 3 };
  expect([...flattenTree(tree, isNumber)]).toEqual([
    ["encoder/weight", 1],
    ["encoder/blocks/b0/bias", 2],
    ["a", 3],
  ]);
  expect([...flattenTree({ x: 1 }, isNumber, "inputs").keys()]).toEqual(["inputs/x"]);
});

test("a leaf alone is a tree", () => {
  expect([...flattenTree(5, isNumber)]).toEqual([["", 5]]);
  expect(unflattenTree(new Map([["", 5]]))).toBe(5);
});

test("something that is neither leaf nor object is named by its path", () => {
  const tree = { encoder: { weight: "heavy" } } as unknown as Tree<number>;
  expect(() => flattenTree(tree, isNumber)).toThrow(ValueError);
  expect(() => flattenTree(tree, isNumber)).toThrow('"encoder/weight" must be a leaf or an object of leaves');
  expect(() => flattenTree(null as never, isNumber)).toThrow('"tree"');
});

test("mapTree keeps the structure, empty branches too, and tells the path", () => {
  const tree = { a: { b: 2 }, c: 3, empty: {} };
  expect(mapTree(tree, isNumber, (leaf, path) => `${path}=${leaf}`)).toEqual({
    a: { b: "a/b=2" },
    c: "c=3",
    empty: {},
  });
});

test("unflatten undoes flatten", () => {
  const name = fc.stringMatching(/^[a-z]{1,3}$/);
  const { tree } = fc.letrec<{ tree: Tree<number>; node: Tree<number> }>((tie) => ({
    node: fc.oneof({ depthSize: "small" }, fc.integer(), tie("tree")),
    tree: fc.dictionary(name, tie("node"), { minKeys: 1, maxKeys: 4, noNullPrototype: true }),
  }));
  fc.assert(
    fc.property(tree, (made) => {
      expect(unflattenTree(flattenTree(made, isNumber))).toEqual(made);
    }),
  );
});
