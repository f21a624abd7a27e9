import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { parse, postprocess, preprocess, SerializerError, stringify } from "../../../core/serializer/mod.ts";
import { difference } from "./isomorphic.ts";

Deno.test("stringify + writes any pure JSON as JSON.stringify does", () => {
  const text = fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom("~", "~u", "~doze1", "~1", "\ud800"));
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof({ maxDepth: 5 }, tie("leaf"), fc.array(tie("value")), fc.dictionary(text, tie("value"))),
    leaf: fc.oneof(
      text,
      fc.boolean(),
      fc.constant(null),
      fc.integer(),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
    ),
  }));
  fc.assert(
    fc.property(value, (value) => {
      const plain = JSON.parse(JSON.stringify(value));
      const marked = Array.isArray(plain) && String(plain[0]).startsWith("~doze");
      if (!marked) assertEquals(stringify(plain), JSON.stringify(plain));
      assertEquals(difference(plain, parse(stringify(plain))), undefined);
    }),
    { numRuns: 300 },
  );
});

Deno.test("stringify + leaves out what structured clone leaves out, and calls getters", () => {
  const value = {
    get a() {
      return 1;
    },
    [Symbol()]: 2,
  }; // deno-fmt-ignore
  Object.defineProperty(value, "hidden", { value: 3 });
  assertEquals(stringify(value), '{"a":1}');
  assertEquals(parse(stringify([value, undefined])), [{ a: 1 }, undefined]);
});

Deno.test("stringify + writes JSON of any depth that JSON.stringify can write as that does", () => {
  let value: unknown[] = [];
  for (let i = 0; i < 1500; i++) value = [value];
  assertEquals(stringify(value), JSON.stringify(value));
});

Deno.test("preprocess + returns a pure value itself, and never changes a value", () => {
  const pure = { a: [1, "~"] };
  assertStrictEquals(preprocess(pure), pure);
  const make = (): unknown => ({ d: new Date(1), s: "~x", list: ["~y", { u: undefined }], same: [pure, pure] });
  const value = make();
  preprocess(value);
  assertEquals(difference(value, make()), undefined);
  assertEquals(preprocess("~x"), "~x");
  assertEquals(preprocess(["~doze9"]), ["~doze1", ["~~doze9"]]);
});

function hidden<T extends object>(value: T, toJSON: unknown): T {
  return Object.defineProperty(value, "toJSON", { value: toJSON });
}

Deno.test("stringify + never calls a toJSON that cannot be seen, whatever stands beside it", () => {
  const never = (): never => {
    throw new RangeError("called");
  };
  for (const make of [() => ({ a: 1 }), () => [1, { a: "~" }], () => ({ a: 1n }), () => [1n, { a: [undefined] }]]) {
    for (const wrap of [(v: unknown) => v, (v: unknown) => ({ q: [v] }), (v: unknown) => [v, new Map([[1, v]])]]) {
      const value = wrap(hidden(make(), never));
      assertEquals(difference(wrap(make()), parse(stringify(value))), undefined);
      assertEquals(difference(wrap(make()), postprocess(preprocess(value))), undefined);
    }
  }
  const proxy = new Proxy({ a: 1 }, { get: (target, key) => key === "toJSON" ? never : Reflect.get(target, key) });
  assertEquals(parse(stringify({ proxy })), { proxy: { a: 1 } });
  assertEquals(parse(stringify(Date.prototype)), {});
});

Deno.test("stringify + a toJSON that can be seen is a property like any other", () => {
  for (const toJSON of [5, null, "x", { a: [1] }]) {
    assertEquals(stringify({ toJSON }), JSON.stringify({ toJSON }));
    assertEquals(stringify(hidden([1], toJSON)), "[1]");
  }
  for (const value of [{ toJSON: () => 1 }, Object.assign([1], { toJSON: () => 1 })]) {
    const error = assertThrows(() => stringify({ value }), SerializerError);
    assertEquals([error.code, error.path], ["UNSUPPORTED_TYPE", "$.value.toJSON"]);
  }
});

Deno.test("stringify + refuses with its own error what throws or changes between two reads", () => {
  for (const rich of [[], [1n]]) {
    for (let calls = 1; calls < 4; calls++) {
      for (const later of [() => 5n, (): never => [][0]!["x" as never]]) {
        let reads = 0;
        const value = {
          rich,
          get a(): unknown {
            return reads++ < calls ? 1 : later();
          },
        };
        let text = "";
        const failure = tryIt(() => text = stringify({ value }));
        assert(failure instanceof SerializerError ? failure.path!.startsWith("$") : text !== "", String(failure));
      }
    }
  }
});

function tryIt(run: () => unknown): unknown {
  try {
    return void run();
  } catch (error) {
    return error;
  }
}
