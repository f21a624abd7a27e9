/**
 * The serializer beside its peers, and beside native JSON and V8's structured clone as the limits.
 *
 * @module
 */
import * as ungap from "@ungap/structured-clone";
import { deserialize as capnwebParse, serialize as capnwebStringify } from "capnweb";
import * as devalue from "devalue";
import { deserialize, serialize } from "node:v8";
import { fromJSON, toJSON } from "seroval";
import superjson from "superjson";
import { parse, stringify } from "../core/serializer/mod.ts";
import { type Payload, payloads } from "./serializer_payloads.ts";
import { native } from "./serializer_ratio.ts";

interface Contender {
  name: string;
  encode: (value: unknown) => unknown;
  decode: (text: never) => unknown;
  /** Letter of a payload that it must not be tried on. */
  never?: string;
}

const contenders: Contender[] = [
  { name: "devalue", encode: (value) => devalue.stringify(value), decode: (text: string) => devalue.parse(text) },
  {
    name: "seroval",
    encode: (value) => JSON.stringify(toJSON(value)),
    decode: (text: string) => fromJSON(JSON.parse(text)),
  },
  {
    name: "superjson",
    encode: (value) => superjson.stringify(value),
    decode: (text: string) => superjson.parse(text),
    // It lists every path to every shared object, which ends in an out-of-memory crash.
    never: "c",
  },
  {
    name: "@ungap/structured-clone",
    encode: (value) => JSON.stringify(ungap.serialize(value)),
    decode: (text: string) => ungap.deserialize(JSON.parse(text)),
  },
  { name: "capnweb", encode: (value) => capnwebStringify(value), decode: (text: string) => capnwebParse(text) },
  { name: "v8 (binary)", encode: (value) => serialize(value), decode: (data: Uint8Array) => deserialize(data) },
];

function add(payload: Payload, name: string, encode: () => unknown, decode: () => unknown): void {
  Deno.bench(
    `${name}, encode`,
    { group: `${payload.name}, encode`, baseline: name === "native JSON" },
    () => void encode(),
  );
  Deno.bench(
    `${name}, decode`,
    { group: `${payload.name}, decode`, baseline: name === "native JSON" },
    () => void decode(),
  );
}

for (const payload of payloads()) {
  const { encode, decode } = native(payload);
  add(payload, "native JSON", encode, decode);
  const text = stringify(payload.value);
  add(payload, "@doze/fetch", () => stringify(payload.value), () => parse(text));
  for (const { name, encode, decode, never } of contenders) {
    if (never === payload.name[0]) continue;
    try {
      const data = encode(payload.peer);
      decode(data as never);
      add(payload, name, () => encode(payload.peer), () => decode(data as never));
    } catch (error) {
      console.warn(`${name} cannot carry payload ${payload.name}: ${error}`);
    }
  }
}
