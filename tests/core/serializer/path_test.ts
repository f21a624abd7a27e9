import { assert, assertEquals, assertThrows } from "@std/assert";
import { RequestSync, ResponseSync, SerializerError, stringify } from "../../../core/serializer/mod.ts";
import { describe } from "../../../core/serializer/path.ts";

function refusal(value: unknown): [code: string, path: string | undefined] {
  const error = assertThrows(() => stringify(value), SerializerError);
  assert(error.message.startsWith(`Cannot write ${error.path}: `), error.message);
  return [error.code, error.path];
}

Deno.test("stringify + names the path of what cannot be carried", () => {
  assertEquals(refusal({ args: [1, 2, { onDone() {} }] }), ["UNSUPPORTED_TYPE", "$.args[2].onDone"]);
  assertEquals(refusal(() => 1), ["UNSUPPORTED_TYPE", "$"]);
  assertEquals(refusal(Symbol.iterator), ["UNSUPPORTED_TYPE", "$"]);
  assertEquals(refusal([new Map([["a", new Set([[Promise.resolve()]])]])]), [
    "UNSUPPORTED_TYPE",
    "$[0].values()[0].values()[0][0]",
  ]);
  assertEquals(refusal(new Map([[{ a: Symbol() }, 1]])), ["UNSUPPORTED_TYPE", "$.keys()[0].a"]);
  assertEquals(refusal({ "a b": [, new WeakMap()] }), ["UNSUPPORTED_TYPE", '$["a b"][1]']);
  assertEquals(refusal(Object.assign([1], { x: new WeakSet() })), ["UNSUPPORTED_TYPE", "$.x"]);
  assertEquals(refusal(new Error("a", { cause: { stream: new ReadableStream() } })), [
    "UNSUPPORTED_TYPE",
    "$.cause.stream",
  ]);
  assertEquals(refusal({ a: new Request("https://x.example/") }), ["UNSUPPORTED_TYPE", "$.a"]);
  assertEquals(refusal({ a: new Response("") }), ["UNSUPPORTED_TYPE", "$.a"]);
  assertEquals(refusal([new Blob([])]), ["UNSUPPORTED_TYPE", "$[0]"]);
  assertEquals(refusal([new FormData()]), ["UNSUPPORTED_TYPE", "$[0]"]);
  assertEquals(refusal([new SharedArrayBuffer(1)]), ["UNSUPPORTED_TYPE", "$[0]"]);
  assertEquals(refusal([Object(Symbol())]), ["UNSUPPORTED_TYPE", "$[0]"]);
});

Deno.test("describe + says what a value is, in words", () => {
  const values = [() => 1, Symbol(), 1n, new WeakMap(), new (class Zed {})(), Object.create({ constructor: 1 }), null];
  assertEquals(values.map(describe), [
    "a function",
    "a symbol",
    "a bigint",
    "a WeakMap",
    "an instance of Zed",
    "an instance of a class",
    "a object",
  ]);
});

Deno.test("stringify + names the path of what throws when it is read, with its cause", () => {
  const failure = new RangeError("no");
  const getter = {
    get bad(): never {
      throw failure;
    },
  };
  const error = assertThrows(() => stringify({ a: [getter] }), SerializerError);
  assertEquals([error.code, error.path, error.cause], ["UNSUPPORTED_TYPE", "$.a[0].bad", failure]);
  assertEquals(refusal([new Map([[1, getter]])]), ["UNSUPPORTED_TYPE", "$[0].values()[0].bad"]);
  assertEquals(refusal([Object.defineProperty([1], 0, { get: () => getter.bad, enumerable: true })]), [
    "UNSUPPORTED_TYPE",
    "$[0]",
  ]);
});

Deno.test("stringify + refuses proxies, and what only looks like an instance, with the path", () => {
  const revoked = Proxy.revocable({}, {});
  revoked.revoke();
  // Headers and URLSearchParams of Deno see through a proxy.
  const built = [
    ...[new Map(), new Set(), new Date(), /x/, new URL("https://x.example/"), Object(1), new ResponseSync("x")],
    ...[new ArrayBuffer(8), new Uint8Array(8), new DataView(new ArrayBuffer(1))],
  ];
  const classes = [Map, Set, Date, RegExp, ArrayBuffer, Uint8Array, DataView, URL, URLSearchParams, Headers];
  const fakes = [...classes, Number, ResponseSync, RequestSync, DOMException].map((Class) =>
    Object.create(Class.prototype)
  );
  for (const value of [revoked.proxy, ...built.map((one) => new Proxy(one, {})), ...fakes]) {
    for (const holder of [[value], [value, 1n]]) {
      assertEquals(refusal({ holder }), ["UNSUPPORTED_TYPE", "$.holder[0]"]);
    }
  }
  assertEquals(stringify(new Proxy({ a: new Proxy([1], {}) }, {})), '{"a":[1]}');
});

Deno.test("stringify + names the class of the program's own that a built-in class is the base of, and the remedy", () => {
  const { prototype } = class extends Map {};
  const values = [
    new (class Own extends Map {})(),
    new (class Own extends Set {})(),
    new (class Own extends Array {})(),
    new (class Own extends Date {})(),
    new (class Own extends RegExp {})("x"),
    new (class Own extends URL {})("https://x.example/"),
    new (class Own extends URLSearchParams {})(),
    new (class Own extends Headers {})(),
    new (class Own extends ArrayBuffer {})(1),
    new (class Own extends Uint8Array {})(1),
    new (class Own extends Float64Array {})(1),
    new (class Own extends (DataView as new (buffer: ArrayBuffer) => object) {})(new ArrayBuffer(1)),
    new (class Own extends Number {})(1),
    new (class Own extends String {})("x"),
    new (class Own extends DOMException {})("m"),
    new (class Own extends ResponseSync {})(),
    Object.create(prototype, { constructor: { value: undefined } }),
  ];
  for (const value of values) {
    const error = assertThrows(() => stringify({ q: [value] }), SerializerError);
    assertEquals([error.code, error.path], ["UNREGISTERED_CLASS", "$.q[0]"]);
    assert(error.message.includes("register its class with registerType"), error.message);
    assert(value === values.at(-1) || error.message.endsWith("an instance of Own"), error.message);
  }
});
