import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { parse, postprocess, preprocess, stringify } from "../../../core/serializer/mod.ts";
import { Box, cases, Money, Point } from "./cases.ts";
import { difference } from "./isomorphic.ts";
import { runCase } from "./run_cases.ts";

for (const one of cases) Deno.test(`kind + ${one.name}`, () => assertEquals(runCase(one), undefined));

/** Objects without their parts, by number. */
const containers: (() => object)[] = [
  () => ({}),
  () => [],
  () => new Map(),
  () => new Set(),
  () => Object.create(null),
  () => new Error("e"),
  () => new Point(1),
  () => new Box(),
  () => Object.assign([], { length: 9 }),
  () => new Date(5),
  () => new Uint16Array([1, 2]),
  () => new Money(1n),
];

const leaves: unknown[] = [1, -0, NaN, "", "~", "~1", "x", null, undefined, true, 7n, Infinity];

/** Puts one value into another, under a key made from a number. */
function link(from: object, to: unknown, key: number): void {
  if (from instanceof Map) from.set(key % 3 ? key : to, to);
  else if (from instanceof Set) from.add(to);
  else if (from instanceof Box) from.put(to);
  else if (from instanceof Error && key % 2) from.cause = to;
  else if (from instanceof Date || ArrayBuffer.isView(from) || from instanceof Money) return;
  else if (Array.isArray(from) && key % 4) from[key % 9] = to;
  else {Object.defineProperty(from, ["a", "__proto__", "9", "~b", "then"][key % 5], {
      value: to,
      writable: true,
      enumerable: true,
      configurable: true,
    });}
}

Deno.test("parse + gives back any graph of any containers, identities included", () => {
  const kinds = fc.array(fc.nat(containers.length - 1), { minLength: 1, maxLength: 25 });
  const links = fc.array(fc.tuple(fc.nat(24), fc.nat(40), fc.nat(60)), { maxLength: 60 });
  fc.assert(
    fc.property(kinds, links, (kinds, links) => {
      const nodes = kinds.map((kind) => containers[kind]());
      for (const [from, to, key] of links) {
        link(nodes[from % nodes.length], to < 25 ? nodes[to % nodes.length] : leaves[to % leaves.length], key);
      }
      const root = { nodes, first: nodes[0] };
      assertEquals(difference(root, parse(stringify(root))), undefined);
      assertEquals(difference(nodes[0], postprocess(preprocess(nodes[0]))), undefined);
      assertEquals(stringify(parse(stringify(root))), stringify(root));
    }),
    { numRuns: 400 },
  );
});

Deno.test("isomorphic + tells graphs apart", () => {
  const shared = {};
  const pairs: [unknown, unknown][] = [
    [0, -0],
    [[shared, shared], [{}, {}]],
    [[{}, {}], [shared, shared]],
    [{ a: 1, b: 2 }, { b: 2, a: 1 }],
    [[,], [undefined]],
    [new Map([[1, 2]]), new Map([[1, 3]])],
    [Object.create(null), {}],
    [new Error("a"), new TypeError("a")],
    [new Date(1), new Date(2)],
    [Uint8Array.of(1), Uint8Array.of(2)],
  ];
  for (const [left, right] of pairs) assert(difference(left, right) !== undefined);
});
