import { assertLess, assertLessOrEqual } from "@std/assert";
import process from "node:process";
import { payloads } from "../../../bench/serializer_payloads.ts";
import { ratio } from "../../../bench/serializer_ratio.ts";
import { parse, stringify } from "../../../core/serializer/mod.ts";

/** Generous, because the machine that runs this has other work; `deno task bench` tells the true figures. */
const SLACK = 3;

/** Tries before a figure counts as missed: a busy machine compiles late. */
const TRIES = 6;

for (const payload of payloads()) {
  Deno.test(`serializer + stays near native JSON on ${payload.name}`, () => {
    let excess = Infinity;
    for (let i = 0; i < TRIES && excess > SLACK; i++) {
      const { encode, decode, encodeTarget, decodeTarget } = ratio(payload, 7);
      excess = Math.min(excess, Math.max(encode / encodeTarget, decode / decodeTarget));
    }
    assertLess(excess, SLACK);
  });
}

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

/** Processor time of a run, in microseconds: waiting for the processor does not count. */
function cost(run: () => unknown): number {
  const start = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(start);
  return user + system;
}

/** How much more a big run costs than a small one, at the least, of several measured in turns. */
function growth(small: () => unknown, big: () => unknown): number {
  const least = [Infinity, Infinity];
  for (let i = 0; i < 15; i++) {
    least[0] = Math.min(least[0], cost(() => [small(), small(), small(), small()]) / 4);
    least[1] = Math.min(least[1], cost(big));
  }
  return least[1] / least[0];
}

for (const [name, make, size] of [["depth", nested, 2500], ["breadth", broad, 1500]] as const) {
  Deno.test(`serializer + eight times the ${name} costs about ten times the time at most`, () => {
    const [small, big] = [make(size), make(8 * size)];
    const [smallText, bigText] = [stringify(small), stringify(big)];
    // Twice ten for a busy machine whose caches others use too; quadratic cost would be 64.
    assertLess(growth(() => stringify(small), () => stringify(big)), 20);
    assertLess(growth(() => parse(smallText), () => parse(bigText)), 20);
  });
}
