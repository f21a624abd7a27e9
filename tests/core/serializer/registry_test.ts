import { assert, assertEquals, assertInstanceOf, assertStrictEquals, assertThrows } from "@std/assert";
import { parse, registerType, SerializerError, stringify } from "../../../core/serializer/mod.ts";

class Named {
  constructor(public name: string) {}
}
class Other {}

function code(run: () => unknown): string {
  return assertThrows(run, SerializerError).code;
}

Deno.test("registerType + refuses names and classes that are taken, and codecs that are none", () => {
  registerType("registry:named", { type: Named });
  registerType("registry:named", { type: Named });
  assertEquals(code(() => registerType("registry:named", { type: Other })), "DUPLICATE_TYPE");
  assertEquals(code(() => registerType("registry:other", { type: Named })), "DUPLICATE_TYPE");
  assertEquals(code(() => registerType("registry:map", { type: Map })), "DUPLICATE_TYPE");
  assertEquals(code(() => registerType("registry:object", { type: Object })), "DUPLICATE_TYPE");
  assertEquals(code(() => registerType("registry:none", {} as { type: typeof Other })), "INVALID_CODEC");
  const both = { type: Other, decode: () => new Other(), create: () => new Other() };
  assertEquals(code(() => registerType("registry:both", both)), "INVALID_CODEC");
});

Deno.test("registerType + matches the exact class alone", () => {
  class Special extends Named {}
  registerType("registry:named", { type: Named });
  assertEquals(code(() => stringify(new Special("a"))), "UNREGISTERED_CLASS");
});

Deno.test("registerType + does not call the constructor of plain classes and sets no prototype", () => {
  registerType("registry:named", { type: Named });
  const copy = parse('["~doze1",["~Cregistry:named",{"name":"n","__proto__":{"x":1}}]]') as Named;
  assertInstanceOf(copy, Named);
  assertStrictEquals(Object.getPrototypeOf(copy), Named.prototype);
  assertEquals(Object.keys(copy), ["name", "__proto__"]);
});

Deno.test("registerType + carries callable values whose prototype is registered, touching nothing else", () => {
  class Chain {
    static steps = new WeakMap<object, string[]>();
  }
  const make = (steps: string[]): object => {
    const proxy = new Proxy(() => {}, {
      getPrototypeOf: () => Chain.prototype,
      get: (_, key): never => {
        throw new RangeError(`touched ${String(key)}`);
      },
    });
    Chain.steps.set(proxy, steps);
    return proxy;
  };
  registerType("registry:chain", {
    type: Chain,
    encode: (chain) => Chain.steps.get(chain),
    decode: (steps: string[]) => make(steps),
  });
  const chain = make(["a", "b"]);
  const text = stringify({ chain, again: [chain] });
  const copy = parse(text) as { chain: object; again: object[] };
  assertStrictEquals(copy.again[0], copy.chain);
  assertEquals(Chain.steps.get(copy.chain), ["a", "b"]);
  assertEquals(stringify(chain), '["~doze1",["~Cregistry:chain",["a","b"]]]');
});

Deno.test("registerType + a class without restore in a cycle is refused when read", () => {
  class Loop {
    self: unknown = this;
  }
  registerType("registry:loop", { type: Loop, encode: (loop) => ({ self: loop.self }), decode: () => new Loop() });
  const text = stringify(new Loop());
  assertEquals(code(() => parse(text)), "CODEC_CYCLE");
});

Deno.test("registerType + what a codec throws becomes the cause", () => {
  class Picky {}
  const failure = new RangeError("no");
  const decode = (): Picky => {
    throw failure;
  };
  registerType("registry:picky", { type: Picky, encode: () => 1, decode });
  const error = assertThrows(() => parse(stringify([new Picky()])), SerializerError);
  assertEquals([error.code, error.path], ["CODEC_FAILED", "$[1][0][0]"]);
  assertStrictEquals(error.cause, failure);
});

Deno.test("registerType + a codec may use the serializer itself", () => {
  class Nested {
    constructor(readonly inner: unknown) {}
  }
  registerType("registry:nested", {
    type: Nested,
    encode: (nested) => stringify(nested.inner),
    decode: (text: string) => new Nested(parse(text)),
  });
  const copy = parse(stringify([new Nested(new Map([[1, new Nested(2n)]])), undefined])) as [Nested];
  assertEquals(((copy[0].inner as Map<number, Nested>).get(1) as Nested).inner, 2n);
});

Deno.test("registerType + chains of registered classes have no depth limit unless data must be complete", () => {
  class Link {
    constructor(public next?: Link) {}
  }
  class Whole {
    constructor(readonly next?: Whole) {}
  }
  registerType("registry:link", { type: Link });
  registerType("registry:whole", {
    type: Whole,
    encode: (whole) => whole.next,
    decode: (next: Whole | undefined) => new Whole(next),
  });
  let link = new Link();
  let whole = new Whole();
  for (let i = 0; i < 50_000; i++) link = new Link(link);
  for (let i = 0; i < 300; i++) whole = new Whole(whole);
  let depth = 0;
  for (let at: Link | undefined = parse(stringify(link)) as Link; at; at = at.next) depth++;
  assertEquals(depth, 50_001);
  depth = 0;
  for (let at: Whole | undefined = parse(stringify(whole)) as Whole; at; at = at.next) depth++;
  assertEquals(depth, 301);
  for (let i = 0; i < 2000; i++) whole = new Whole(whole);
  const error = assertThrows(() => stringify(whole), SerializerError);
  assert(error.code === "LIMIT_EXCEEDED" && error.message.includes("codec"));
});
