/**
 * The 71 kinds of values that serializers are measured by. The same list runs on every runtime, so it names none.
 *
 * @module
 */
import { registerType, RequestSync, ResponseSync } from "../../../core/serializer/mod.ts";
import { binaryCases } from "./binary_cases.ts";
import type { Case } from "./case.ts";
import { errorCases } from "./error_cases.ts";

/** A class of plain fields. */
export class Point {
  /** Creates a point. */
  constructor(public x: number, public next?: Point) {}
}

/** A class that must be constructed. */
export class Money {
  readonly #cents: bigint;
  /** Creates an amount of hundredths. */
  constructor(cents: bigint) {
    this.#cents = cents;
  }
  /** The amount in hundredths. */
  get cents(): bigint {
    return this.#cents;
  }
}

/** A class that keeps its parts private and may stand in a cycle. */
export class Box {
  #content: unknown;
  /** What is in the box. */
  get content(): unknown {
    return this.#content;
  }
  /** Puts something into the box. */
  put(content: unknown): this {
    this.#content = content;
    return this;
  }
}

registerType("test:point", { type: Point });
registerType("test:money", {
  type: Money,
  encode: (money) => money.cents,
  decode: (cents: bigint) => new Money(cents),
});
registerType("test:box", {
  type: Box,
  encode: (box) => [box.content],
  create: () => new Box(),
  restore: (box, [content]: unknown[]) => void box.put(content),
});

function knot<T>(value: T, tie: (value: T) => void): T {
  tie(value);
  return value;
}

function own(entries: [string, unknown][]): Record<string, unknown> {
  return Object.fromEntries(entries);
}

const primitives: Case[] = [
  { name: "string", make: () => ["", "a", "~", "~~", "~1", "~u", "~M", '\u0000\u2028"\\', "🦕"] },
  { name: "string with lone surrogates", make: () => "a\ud800b\udc00" },
  { name: "number", make: () => [0, 1.5, -1e21, 5e-324, Number.MAX_SAFE_INTEGER] },
  { name: "NaN", make: () => NaN },
  { name: "infinities", make: () => [Infinity, -Infinity] },
  { name: "negative zero", make: () => -0 },
  { name: "boolean and null", make: () => [true, false, null] },
  { name: "undefined root", make: () => undefined },
  { name: "undefined property", make: () => ({ a: undefined, b: 1 }) },
  { name: "undefined element", make: () => [undefined, 1, undefined] },
  { name: "bigint", make: () => [0n, -1n, 2n ** 200n] },
];

const objects: Case[] = [
  { name: "plain object", make: () => ({ b: 1, a: { c: [] } }) },
  { name: "own __proto__", make: () => JSON.parse('{"__proto__":{"x":1},"a":1}') },
  { name: "own __proto__ with a rich value", make: () => own([["__proto__", new Date(1)], ["z", new Map()]]) },
  {
    name: "own constructor, prototype, toString, then",
    make: () => ({ constructor: 1, prototype: [], toString: new Date(0), then: undefined }),
  },
  { name: "empty key and odd keys", make: () => ({ "": 1, " ": 2, "a.b": 3, "~1": 4, "\n": undefined }) },
  {
    name: "numeric-like keys in order",
    make: () => own([["b", 1], ["10", 2], ["2", 3], ["-1", 4], ["01", undefined]]),
  },
  {
    name: "null-prototype object",
    make: () => knot(Object.create(null), (o) => Object.assign(o, { a: 1, toString: 2 })),
  },
  {
    name: "null-prototype object with own __proto__ in a cycle",
    make: () => knot(Object.create(null), (o) => (o["__proto__"] = o)),
  },
  { name: "array", make: () => [[], [1, ["a"]], ["~M", 1], ["~doze1", 1]] },
  { name: "root array that looks marked", make: () => ["~doze1", ["~u"]] },
  { name: "sparse array", make: () => knot<unknown[]>([1], (a) => (a[5] = new Date(5))) },
  { name: "sparse array with undefined", make: () => knot<unknown[]>([undefined], (a) => (a.length = 3)) },
  { name: "array of length 2^32-1", make: () => knot<unknown[]>([], (a) => (a[2 ** 32 - 2] = "last")) },
  {
    name: "extra properties on an array",
    make: () => Object.assign([1, 2], { index: 0, "-1": [], __proto__x: undefined }),
  },
  { name: "match array", make: () => /(?<word>b)/.exec("abc") },
  { name: "Date", make: () => [new Date(0), new Date(-1), new Date(8.64e15)] },
  { name: "invalid Date", make: () => new Date(NaN) },
  {
    name: "RegExp with flags and lastIndex",
    make: () => [/a\/[/]\n"/dgimsuy, /\p{L}/v, new RegExp(""), knot(/x/g, (r) => (r.lastIndex = 7))],
  },
  {
    name: "boxed primitives",
    make: () => [1, NaN, -0, "~x", "", true, false, 5n].map((primitive) => Object(primitive)),
  },
  { name: "URL", make: () => new URL("https://user@example.com:8080/a%20b?c=d#e") },
  { name: "URLSearchParams", make: () => new URLSearchParams([["a", "1"], ["a", "&=+ é"]]) },
  { name: "Headers", make: () => new Headers({ "X-One": "1", accept: "*/*", empty: "" }) },
  { name: "Headers with set-cookie", make: () => new Headers([["set-cookie", "a=1"], ["set-cookie", "b=2, c"]]) },
  {
    name: "RequestSync",
    make: () => [
      new RequestSync("https://x.example/", { method: "post", body: "é~", headers: { a: "b" } }),
      new RequestSync("https://x.example/", { method: "PUT", body: Uint8Array.of(0, 255) }),
    ],
  },
  {
    name: "ResponseSync",
    make: () => [
      new ResponseSync('{"a":"~"}', {
        status: 404,
        statusText: "No",
        url: "https://x.example/",
        redirected: true,
        headers: { "content-type": "application/json" },
      }),
      new ResponseSync(Uint8Array.of(255, 0, 128)),
    ],
  },
];

const graphs: Case[] = [
  { name: "Map", make: () => new Map<unknown, unknown>([["a", 1], [NaN, -0], [undefined, "~"], [2n, null]]) },
  { name: "Map with object keys", make: () => ((k) => [k, new Map([[k, [k]]])])({ k: 1 }) },
  { name: "Map that contains itself", make: () => knot(new Map<unknown, unknown>(), (m) => m.set(m, m)) },
  { name: "Set", make: () => new Set([1, "1", NaN, undefined, -Infinity]) },
  { name: "Set that contains itself", make: () => knot(new Set<unknown>(), (s) => s.add(s).add([s])) },
  { name: "nested Map and Set", make: () => new Map([[new Set([new Map([[1n, new Date(1)]])]), new Set()]]) },
  { name: "shared reference", make: () => ((o) => ({ a: o, b: [o, o] }))({ x: [1] }) },
  { name: "shared Date, RegExp, boxed", make: () => ((d, r, b) => [d, r, b, d, r, b])(new Date(1), /x/, Object(1)) },
  { name: "object cycle", make: () => knot<Record<string, unknown>>({}, (o) => (o.self = { o, list: [o] })) },
  { name: "array cycle", make: () => knot<unknown[]>([1], (a) => a.push(a, [a])) },
  {
    name: "cycle through every container",
    make: () =>
      knot<unknown[]>([], (a) =>
        a.push({
          m: new Map([[new Set([a]), a]]),
          n: Object.assign(Object.create(null), { a }),
          s: Object.assign([, 1], { a }),
        })),
  },
  { name: "registered class", make: () => [new Point(1, new Point(2)), new Money(3n)] },
  { name: "registered class in a cycle", make: () => knot(new Point(1), (p) => (p.next = new Point(2, p))) },
  {
    name: "registered class with private parts in a cycle",
    make: () => knot(new Box(), (b) => b.put([b, new Map([[b, 1]])])),
  },
];

const refused: Case[] = [
  { name: "symbol", make: () => Symbol("x"), refused: /got a symbol$/ },
  { name: "native Blob", make: () => new Blob(["x"]), refused: /got a Blob$/ },
  { name: "native File", make: () => new File(["x"], "x"), refused: /got a (File|Blob)$/ },
];

/** All kinds. */
export const cases: Case[] = [...primitives, ...objects, ...graphs, ...binaryCases, ...errorCases, ...refused];
