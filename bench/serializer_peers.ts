/**
 * The serializer beside its peers and beside native JSON, all measured in turns in one run. Run it alone for a table:
 * `deno run --allow-all bench/serializer_peers.ts`.
 *
 * @module
 */
import * as ungap from "@ungap/structured-clone";
import { deserialize as capnwebParse, serialize as capnwebStringify } from "capnweb";
import * as devalue from "devalue";
import { fromJSON, toJSON } from "seroval";
import superjson from "superjson";
import { parse, stringify } from "../core/serializer/mod.ts";
import { type Payload, payloads } from "./serializer_payloads.ts";
import { native } from "./serializer_ratio.ts";

/** A text serializer. */
export interface Contender {
  /** Name of its package. */
  name: string;
  /** Value to text. */
  encode: (value: unknown) => string;
  /** Text to value. */
  decode: (text: string) => unknown;
  /** Letter of a payload that it must not be tried on. */
  never?: string;
}

/** What encodes and decodes one payload. */
interface Runner {
  name: string;
  encode: () => unknown;
  decode: () => unknown;
}

/** The peers. */
export const peers: Contender[] = [
  { name: "devalue", encode: (value) => devalue.stringify(value), decode: (text) => devalue.parse(text) },
  {
    name: "seroval",
    encode: (value) => JSON.stringify(toJSON(value)),
    decode: (text) => fromJSON(JSON.parse(text)),
  },
  {
    name: "superjson",
    encode: (value) => superjson.stringify(value),
    decode: (text) => superjson.parse(text),
    // It lists every path to every shared object, which ends in an out-of-memory crash.
    never: "c",
  },
  {
    name: "@ungap/structured-clone",
    encode: (value) => JSON.stringify(ungap.serialize(value)),
    decode: (text) => ungap.deserialize(JSON.parse(text)),
  },
  { name: "capnweb", encode: (value) => capnwebStringify(value), decode: (text) => capnwebParse(text) },
];

/** Native JSON, ours, and those peers that can carry the payload. */
export function runners(payload: Payload): Runner[] {
  const text = stringify(payload.value);
  const list: Runner[] = [
    { name: "native JSON", ...native(payload) },
    { name: "@doze/fetch", encode: () => stringify(payload.value), decode: () => parse(text) },
  ];
  for (const { name, encode, decode, never } of peers) {
    if (never === payload.name[0]) continue;
    try {
      const data = encode(payload.peer);
      decode(data);
      list.push({ name, encode: () => encode(payload.peer), decode: () => decode(data) });
    } catch (error) {
      console.warn(`${name} cannot carry payload ${payload.name}: ${error}`);
    }
  }
  return list;
}

/** Least milliseconds a turn lasts, so that the clock's steps do not show. */
const TURN = 3;

/**
 * Time of each function over that of the first, in turns, each round starting with another. Of the rounds the fastest
 * quarter counts, since a machine with other work only ever adds to a time.
 */
function ratios(list: (() => unknown)[], rounds: number): number[] {
  const turns = list.map((run) => {
    let count = 1;
    while (time(run, count) < TURN) count *= 2;
    return count;
  });
  const times: number[][] = list.map(() => []);
  // The first rounds are for the compiler.
  for (let round = -8; round < rounds; round++) {
    for (let i = 0; i < list.length; i++) {
      const at = (i + round + list.length * 8) % list.length;
      const each = time(list[at], turns[at]) / turns[at];
      if (round >= 0) times[at].push(each);
    }
  }
  const [first, ...others] = times.map((each) => each.sort((a, b) => a - b)[rounds >> 2]);
  return [1, ...others.map((each) => each / first)];
}

function time(run: () => unknown, count: number): number {
  const start = performance.now();
  for (let i = 0; i < count; i++) run();
  return performance.now() - start;
}

function median(numbers: number[]): number {
  return numbers.sort((a, b) => a - b)[numbers.length >> 1];
}

/** The median of three runs, a line for each contender: time over that of native JSON, encoding and decoding. */
function table(payload: Payload, only: string | undefined): void {
  const list = runners(payload).filter(({ name }) => !only || name === "native JSON" || name === only);
  const columns = (["encode", "decode"] as const).map((side) => {
    const runs = Array.from({ length: 3 }, () => ratios(list.map((runner) => runner[side]), 31));
    return list.map((_, at) => median(runs.map((run) => run[at])).toFixed(2));
  });
  console.log(`\n${payload.name}`);
  list.forEach(({ name }, at) =>
    console.log(name.padEnd(26), columns.map((column) => column[at].padStart(7)).join(""))
  );
}

if (import.meta.main) {
  const [letters = "abcde", only] = Deno.args;
  for (const payload of payloads()) if (letters.includes(payload.name[0])) table(payload, only);
}
