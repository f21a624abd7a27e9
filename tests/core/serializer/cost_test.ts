import { assertLess, assertLessOrEqual } from "@std/assert";
import { payloads } from "../../../bench/serializer_payloads.ts";
import { ratio } from "../../../bench/serializer_ratio.ts";
import { parse, stringify } from "../../../core/serializer/mod.ts";

/** Generous, because the machine that runs this has other work; `deno task bench` tells the true figures. */
const SLACK = 2.5;

Deno.test("serializer + stays near native JSON on every payload", () => {
  for (const payload of payloads()) {
    const { encode, decode, encodeTarget, decodeTarget } = ratio(payload, 5);
    assertLess(encode, encodeTarget * SLACK, `${payload.name}, encode`);
    assertLess(decode, decodeTarget * SLACK, `${payload.name}, decode`);
  }
});

Deno.test("serializer + writes the payloads in few bytes", () => {
  const [, , graph, bytes, tree] = payloads();
  assertLessOrEqual(stringify(graph.value).length, 200 / 150 * JSON.stringify(graph.plain).length);
  assertLessOrEqual(stringify(graph.value).length, 200_000);
  assertLessOrEqual(stringify(bytes.value).length, 87_500);
  assertLessOrEqual(stringify(tree.value).length, JSON.stringify(tree.value).length);
});

function nested(depth: number): unknown {
  let value: unknown = new Map([["end", new Date(1)]]);
  for (let i = 0; i < depth; i++) value = i % 2 ? { value, i } : [value, new Set([i])];
  return value;
}

function broad(breadth: number): unknown {
  const shared = { at: new Date(1) };
  return Array.from({ length: breadth }, (_, i) => ({ i, shared, map: new Map([[i, [i]]]) }));
}

/** Least time of several runs, in milliseconds. */
function least(run: () => unknown): number {
  let best = Infinity;
  for (let i = 0; i < 12; i++) {
    const start = performance.now();
    run();
    best = Math.min(best, performance.now() - start);
  }
  return best;
}

for (const [name, make, size] of [["depth", nested, 2500], ["breadth", broad, 1500]] as const) {
  Deno.test(`serializer + eight times the ${name} costs at most ten times the time`, () => {
    const [small, big] = [make(size), make(8 * size)];
    const [smallText, bigText] = [stringify(small), stringify(big)];
    // A third more than ten for the noise of a shared machine; quadratic cost would be 64.
    assertLess(least(() => stringify(big)) / least(() => stringify(small)), 13);
    assertLess(least(() => parse(bigText)) / least(() => parse(smallText)), 13);
  });
}
