import { assertEquals } from "@std/assert";
import { parse, postprocess, preprocess, stringify } from "../../../core/serializer/mod.ts";
import { registerType } from "../../../core/serializer/mod.ts";
import { Box } from "./cases.ts";

class Whole {
  constructor(readonly inner: unknown) {}
}
class Plain {
  inner: unknown;
}
registerType("depth:whole", { type: Whole, encode: (whole) => whole.inner, decode: (inner) => new Whole(inner) });
registerType("depth:plain", { type: Plain });

type Nest = [put: (inner: unknown) => object, get: (value: unknown) => unknown];

/** How each kind that can contain another does. */
const nests: Record<string, Nest> = {
  object: [(inner) => ({ inner }), inner],
  array: [(inner) => [inner], (value) => (value as unknown[])[0]],
  "value of a Map": [(inner) => new Map([[1, inner]]), (value) => (value as Map<number, unknown>).get(1)],
  "key of a Map": [(inner) => new Map([[inner, 1]]), (value) => (value as Map<unknown, 1>).keys().next().value],
  Set: [(inner) => new Set([inner]), (value) => (value as Set<unknown>).values().next().value],
  "object without a prototype": [(inner) => Object.assign(Object.create(null), { inner }), inner],
  "array with holes": [(inner) => [, inner], (value) => (value as unknown[])[1]],
  "array with properties": [(inner) => Object.assign([1], { inner }), inner],
  "cause of an error": [(inner) => bare(new Error("e", { cause: inner })), (value) => (value as Error).cause],
  "property of an error": [(inner) => bare(Object.assign(new TypeError("e"), { inner })), inner],
  AggregateError: [(inner) => bare(new AggregateError([inner])), (value) => (value as AggregateError).errors[0]],
  "class with decode": [(inner) => new Whole(inner), inner],
  "class of plain fields": [(inner) => Object.assign(new Plain(), { inner }), inner],
  "class with restore": [(inner) => new Box().put(inner), (value) => (value as Box).content],
};

function inner(value: unknown): unknown {
  return (value as { inner: unknown }).inner;
}

/** Without its stack, which takes much longer to make than all the rest. */
function bare(error: Error): Error {
  delete error.stack;
  return error;
}

/** Nests two kinds in each other around a bigint, carries that, and takes it out again. */
function carry(outer: Nest, other: Nest, depth: number, copy: (value: unknown) => unknown): unknown {
  let value: unknown = 7n;
  for (let i = 0; i < depth; i++) value = (i % 2 ? outer : other)[0](value);
  value = copy(value);
  for (let i = depth - 1; i >= 0; i--) value = (i % 2 ? outer : other)[1](value);
  return value;
}

const byText = (value: unknown): unknown => parse(stringify(value));
const byTree = (value: unknown): unknown => postprocess(preprocess(value));

for (const [name, outer] of Object.entries(nests)) {
  Deno.test(`depth + ${name} around each kind, 300 and 1,100 deep`, () => {
    for (const other of Object.values(nests)) {
      for (const depth of [300, 1100]) assertEquals(carry(outer, other, depth, byText), 7n);
      assertEquals(carry(outer, other, 1100, byTree), 7n);
    }
  });

  Deno.test(`depth + ${name} in itself, in arrays and in a class with decode, 100,000 deep`, () => {
    assertEquals(carry(outer, outer, 100_000, byText), 7n);
    assertEquals(carry(outer, nests.array, 100_000, byTree), 7n);
    assertEquals(carry(outer, nests["class with decode"], 100_000, byText), 7n);
  });
}

Deno.test("depth + what contains no other stands at the end of any depth", () => {
  const ends = [new Date(1), /x/g, new Uint8Array(2), new DataView(new ArrayBuffer(1)), new Headers({ a: "b" })];
  for (let depth = 190; depth < 210; depth++) {
    for (const end of [...ends, new URL("https://x.example/"), Object(1n), new DOMException("m", "AbortError")]) {
      let value: unknown = end;
      for (let i = 0; i < depth; i++) value = [value];
      let copy = parse(stringify([value, undefined]));
      for (let i = 0; i <= depth; i++) copy = (copy as unknown[])[0];
      assertEquals(Object.getPrototypeOf(copy), Object.getPrototypeOf(end));
      assertEquals(stringify(copy).length > 10, true);
    }
  }
});
