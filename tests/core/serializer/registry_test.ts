import { assert, assertEquals, assertInstanceOf, assertMatch, assertStrictEquals, assertThrows } from "@std/assert";
import { parse, preprocess, registerType, SerializerError, stringify } from "../../../core/serializer/mod.ts";

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

class Loop {
  constructor(public inner: unknown) {}
}
registerType("registry:loop", { type: Loop, encode: (loop) => ({ inner: loop.inner }), decode: () => new Loop(0) });

Deno.test("registerType + a class without restore in a cycle is refused when written, and when read", () => {
  for (const depth of [0, 1, 150, 250, 1000]) {
    const loop = new Loop(0);
    for (let i = 0; i < depth; i++) loop.inner = i % 3 ? [loop.inner] : new Loop(loop.inner);
    let inner: unknown = loop;
    for (let i = 0; i < depth; i++) inner = [inner];
    loop.inner = inner;
    const error = assertThrows(() => stringify([1, loop]), SerializerError);
    assertEquals([error.code, error.path], ["CODEC_CYCLE", `$[1].inner${"[0]".repeat(depth)}`]);
    assert(error.message.includes("`create` and `restore`"), error.message);
  }
  assertEquals(code(() => parse('["~doze1",["~Cregistry:loop","~1"]]')), "CODEC_CYCLE");
});

Deno.test("registerType + a class without restore may stand twice, also where what it holds is put off", () => {
  for (const depth of [0, 195, 200, 205, 600]) {
    let inner: unknown = 1;
    for (let i = 0; i < depth; i++) inner = [inner];
    const loop = new Loop(inner);
    let value: unknown = [loop, loop, { loop }];
    for (let i = 0; i < depth; i++) value = [value, loop];
    assertEquals(stringify(parse(stringify(value))).length > 0, true);
  }
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

Deno.test("registerType + what encode throws becomes the cause, with the path", () => {
  class Mute {
    constructor(readonly failure: () => unknown) {}
  }
  registerType("registry:mute", { type: Mute, encode: (mute) => mute.failure() });
  const failure = new RangeError("no");
  const fail = (): never => {
    throw failure;
  };
  for (const use of [stringify, preprocess]) {
    const error = assertThrows(() => use({ a: [new Mute(fail)] }), SerializerError);
    assertEquals([error.code, error.path, error.cause], ["CODEC_FAILED", "$.a[0]", failure]);
  }
  const nested = assertThrows(() => stringify([new Mute(() => stringify(Symbol()))]), SerializerError);
  assertEquals([nested.code, nested.path], ["CODEC_FAILED", "$[0]"]);
});

Deno.test("registerType + names the remedy for a class that is not registered here", () => {
  const error = assertThrows(() => parse('["~doze1",["~Cregistry:nobody",1]]'), SerializerError);
  assertEquals(
    error.message,
    'Cannot read $[1][0]: register its class in this program, got "~Cregistry:nobody"',
  );
});

Deno.test("registerType + a codec is given complete data, however deep it was first met", () => {
  class Reader {
    constructor(readonly seen: string) {}
  }
  registerType("registry:reader", {
    type: Reader,
    encode: () => shared,
    decode: (data: unknown) => new Reader(JSON.stringify(data)),
  });
  const shared = { inner: [new Date(0), new Map()], at: undefined };
  for (let depth = 480; depth < 520; depth++) {
    let deep: unknown = shared;
    for (let i = 0; i < depth; i++) deep = [deep];
    const [, reader] = parse(stringify([deep, new Reader("")])) as [unknown, Reader];
    assertEquals(reader.seen, JSON.stringify(shared));
  }
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

Deno.test("registerType + chains of registered classes have no depth limit", () => {
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
  for (let i = 0; i < 50_000; i++) whole = new Whole(whole);
  let depth = 0;
  for (let at: Link | undefined = parse(stringify(link)) as Link; at; at = at.next) depth++;
  assertEquals(depth, 50_001);
  depth = 0;
  for (let at: Whole | undefined = parse(stringify(whole)) as Whole; at; at = at.next) depth++;
  assertEquals(depth, 50_001);
});

Deno.test("registerType + refuses what is no codec or no name", () => {
  for (const codec of [null, undefined, 5, {}]) {
    assertEquals(code(() => registerType("registry:x", codec as unknown as { type: typeof Other })), "INVALID_CODEC");
  }
  for (const name of [5, null, Symbol(), undefined]) {
    assertEquals(code(() => registerType(name as unknown as string, { type: Other })), "INVALID_CODEC");
  }
});

Deno.test("registerType + refuses to write data that is no plain object where nothing would read it", () => {
  class Lossy {
    data?: unknown;
  }
  registerType("registry:lossy", { type: Lossy, encode: (lossy) => lossy.data });
  const lossy = new Lossy();
  for (const data of [5, "text", null, undefined, [1], new Map(), new Date(), 1n]) {
    lossy.data = data;
    const error = assertThrows(() => stringify([lossy]), SerializerError);
    assertEquals([error.code, error.path], ["CODEC_FAILED", "$[0]"]);
    assertMatch(String(error.cause), /"registry:lossy".+either `decode` or `create` and `restore`/);
  }
  const shared = { a: 1n };
  lossy.data = shared;
  const text = '["~doze1",["~2",["~Cregistry:lossy",{"a":["~I","1"]}],"~2"],{"a":["~I","1"]}]';
  assertEquals(stringify([shared, lossy, shared]), text);
  assertEquals(parse(text), [shared, Object.assign(Object.create(Lossy.prototype), shared), shared]);
});
