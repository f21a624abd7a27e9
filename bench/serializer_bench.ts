/**
 * The serializer beside its peers, and beside native JSON and V8's structured clone as the limits.
 *
 * @module
 */
import { deserialize, serialize } from "node:v8";
import { payloads } from "./serializer_payloads.ts";
import { runners } from "./serializer_peers.ts";

for (const payload of payloads()) {
  const data = serialize(payload.peer);
  const v8 = {
    name: "v8 (binary)",
    encode: () => serialize(payload.peer),
    decode: () => deserialize(data),
  };
  for (const { name, encode, decode } of [...runners(payload), v8]) {
    const baseline = name === "native JSON";
    Deno.bench(`${name}, encode`, { group: `${payload.name}, encode`, baseline }, () => void encode());
    Deno.bench(`${name}, decode`, { group: `${payload.name}, decode`, baseline }, () => void decode());
  }
}
