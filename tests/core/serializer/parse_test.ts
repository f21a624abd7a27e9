import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { parse, postprocess, preprocess, SerializerError, stringify } from "../../../core/serializer/mod.ts";
import "./cases.ts";
import refused from "./vectors/refused.json" with { type: "json" };

for (const { name, text, code } of refused) {
  Deno.test(`parse + refuses ${name}`, () => {
    const error = assertThrows(() => parse(text), SerializerError);
    assertEquals(error.code, code);
    assert(code === "INVALID_JSON" || error.path?.startsWith("$"), error.message);
  });
}

Deno.test("parse + tells the offset at which a text stops being JSON", () => {
  assertEquals(assertThrows(() => parse('{"a":tru}'), SerializerError).offset, 5);
  assertEquals(assertThrows(() => parse('{"a":[1,'), SerializerError).offset, 8);
  assertEquals(assertThrows(() => parse(""), SerializerError).offset, 0);
});

Deno.test("parse + finds the offset in linear time, whatever stands before it", () => {
  const start = performance.now();
  const texts = [
    '["' + "a".repeat(1e6),
    '["' + "\\n".repeat(5e5),
    "[" + " ".repeat(1e6) + "x",
    '["\\u12',
    "1".repeat(1e6) + "e",
  ];
  assertEquals(texts.map((text) => assertThrows(() => parse(text), SerializerError).offset), [1, 1, 1, 1, 1e6]);
  assertEquals(assertThrows(() => parse('{"a\\"b":"c\\u0041",x'), SerializerError).offset, 18);
  assert(performance.now() - start < 2000);
});

Deno.test("parse + refuses what is not a string", () => {
  for (const text of [undefined, null, 1, {}, Symbol()]) {
    assertThrows(() => parse(text as unknown as string), SerializerError);
  }
});

Deno.test("parse + reads pure JSON as JSON.parse does", () => {
  const text = ' {"b":[1,{"a":"~u"}],"__proto__":{"x":1}} ';
  assertEquals(parse(text), JSON.parse(text));
  assert(Object.hasOwn(parse(text) as object, "__proto__"));
});

Deno.test("parse + reaches no prototype", () => {
  const text = '["~doze1",{"__proto__":["~M",1,2],"constructor":{"prototype":{"a":"~u"}}}]';
  const value = parse(text) as Record<string, unknown>;
  assertStrictEquals(Object.getPrototypeOf(value), Object.prototype);
  assertStrictEquals((Object.getOwnPropertyDescriptor(value, "__proto__")?.value as Map<number, number>).get(1), 2);
  assertEquals(({} as Record<string, unknown>).a, undefined);
});

Deno.test("parse + takes no inherited property for data", () => {
  const prototype = Object.prototype as unknown as Record<string, unknown>;
  try {
    prototype.inherited = ["~u"];
    assertEquals(Object.keys(parse('["~doze1",{"a":"~u"}]') as object), ["a"]);
    assertEquals(stringify({ a: 1 }), '{"a":1}');
    assertEquals(stringify({ a: undefined }), '["~doze1",{"a":"~u"}]');
    assertEquals(stringify([new Map([[{ a: undefined }, 1]])]), '["~doze1",[["~M",{"a":"~u"},1]]]');
    assertEquals(prototype.inherited, ["~u"]);
  } finally {
    delete prototype.inherited;
  }
});

Deno.test("postprocess + leaves its tree as it was and refuses one that is not JSON", () => {
  const tree = preprocess({ a: new Map([["k", new Date(1)]]) });
  const kept = structuredClone(tree);
  assertEquals(postprocess(tree), postprocess(tree));
  assertEquals(tree, kept);
  const loop: unknown[] = ["~doze1"];
  loop.push(loop);
  assertEquals(assertThrows(() => postprocess(loop), SerializerError).code, "INVALID_JSON");
});

Deno.test("postprocess + refuses a tree in which an object stands twice, which as text would double", () => {
  let tree: unknown[] = ["~u"];
  for (let i = 0; i < 60; i++) tree = [tree, tree];
  const getter = {
    get a(): never {
      throw new RangeError("no");
    },
  };
  for (const hostile of [tree, getter, 5n]) {
    const error = assertThrows(() => postprocess(["~doze1", hostile]), SerializerError);
    assertEquals([error.code, error.message.endsWith("got no tree of JSON")], ["INVALID_JSON", true]);
  }
});

Deno.test("postprocess + returns a tree that is not marked as it is", () => {
  const tree = { a: ["~u"] };
  assertStrictEquals(postprocess(tree), tree);
});
