import { assertEquals, assertStrictEquals } from "@std/assert";
import fc from "fast-check";
import { findSlots } from "../../../core/continuation/slots.ts";

class Mark {}
const mark = new Mark();

function isMark(value: unknown): value is Mark {
  return value instanceof Mark;
}

function fill(root: object, value: unknown): number {
  const { slots, finish } = findSlots(root, isMark);
  for (const { put } of slots) put(value);
  for (const done of finish) done();
  return slots.length;
}

Deno.test("findSlots() finds values in every kind of container", () => {
  const root = [mark, { a: mark }, new Map<unknown, unknown>([[mark, 1], ["k", mark]]), new Set([1, mark, 3])];
  assertEquals(fill(root, "x"), 5);
  assertEquals(root, ["x", { a: "x" }, new Map<unknown, unknown>([["x", 1], ["k", "x"]]), new Set([1, "x", 3])]);
});

Deno.test("findSlots() follows cycles once", () => {
  const root: unknown[] = [mark];
  root.push(root, { root });
  assertEquals(fill(root, 7), 1);
  assertStrictEquals(root[1], root);
});

Deno.test("findSlots() does not touch instances of other classes", () => {
  class Box {
    inside: unknown = mark;
    get trap(): never {
      throw new RangeError("called");
    }
  }
  const box = new Box();
  assertEquals(fill([box], 1), 0);
  assertStrictEquals(box.inside, mark);
});

Deno.test("findSlots() sets an own member named __proto__ without changing the prototype", () => {
  const root = JSON.parse('{"__proto__": 1}');
  Object.defineProperty(root, "__proto__", { value: mark, enumerable: true, configurable: true, writable: true });
  fill(root, { polluted: true });
  assertStrictEquals(Object.getPrototypeOf(root), Object.prototype);
  assertEquals(Object.keys(root), ["__proto__"]);
});

Deno.test("findSlots() needs no stack for depth", () => {
  let root: unknown[] = [mark];
  for (let depth = 0; depth < 200_000; depth++) root = [root];
  assertEquals(fill(root, 1), 1);
});

Deno.test("findSlots() exchanges as many marks as there are, in any tree", () => {
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof({ maxDepth: 5 }, fc.array(tie("leaf"), { maxLength: 4 }), fc.array(tie("tree"), { maxLength: 4 })),
    leaf: fc.oneof(fc.constant(mark), fc.nat(9), fc.string({ maxLength: 3 })),
  }));
  fc.assert(fc.property(tree, (value) => {
    const root = [value];
    const marks = root.flat(Infinity).filter(isMark).length;
    assertEquals(fill(root, "filled"), marks);
    assertEquals(root.flat(Infinity).filter((leaf) => leaf === "filled").length >= marks, true);
    assertEquals(root.flat(Infinity).some(isMark), false);
  }));
});
