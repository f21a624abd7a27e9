/**
 * Our time over that of native JSON, both measured in turns in one run. Run it alone for a table:
 * `deno run --allow-all bench/serializer_ratio.ts`.
 *
 * @module
 */
import { parse, stringify } from "../core/serializer/mod.ts";
import { type Payload, payloads } from "./serializer_payloads.ts";

/** Ratios of one payload, and what is aimed at. */
export interface Ratios {
  /** Our encoding over native encoding. */
  encode: number;
  /** The aim. */
  encodeTarget: number;
  /** Our decoding over native decoding. */
  decode: number;
  /** The aim. */
  decodeTarget: number;
}

const TARGETS: Record<string, [encode: number, decode: number]> = {
  a: [2.3, 1.6],
  b: [1.08, 1.02],
  c: [4.4, 2.5],
  d: [0.7, 1.05],
  e: [1.75, 1],
};

/** What native JSON does for a payload; bytes go as base64. */
export function native(payload: Payload): { encode: () => string; decode: () => unknown } {
  const { plain } = payload;
  if (!(plain instanceof Uint8Array)) {
    const text = JSON.stringify(plain);
    return { encode: () => JSON.stringify(plain), decode: () => JSON.parse(text) };
  }
  const text = JSON.stringify(plain.toBase64());
  return { encode: () => JSON.stringify(plain.toBase64()), decode: () => Uint8Array.fromBase64(JSON.parse(text)) };
}

/** Measures a payload: the median of `rounds` pairs of turns. */
export function ratio(payload: Payload, rounds: number): Ratios {
  const { value, name } = payload;
  const text = stringify(value);
  const plain = native(payload);
  const [encodeTarget, decodeTarget] = TARGETS[name[0]];
  return {
    encode: compare(() => stringify(value), plain.encode, rounds),
    encodeTarget,
    decode: compare(() => parse(text), plain.decode, rounds),
    decodeTarget,
  };
}

function compare(ours: () => unknown, theirs: () => unknown, rounds: number): number {
  let turns = 1;
  while (time(ours, turns) < 4) turns *= 2;
  // Both are compiled for good before the clock counts.
  for (let i = 0; i < 10; i++) time(theirs, turns) + time(ours, turns);
  const ratios = Array.from({ length: rounds }, () => time(ours, turns) / time(theirs, turns));
  return ratios.sort((a, b) => a - b)[rounds >> 1];
}

function time(run: () => unknown, turns: number): number {
  const start = performance.now();
  for (let i = 0; i < turns; i++) run();
  return performance.now() - start;
}

if (import.meta.main) {
  for (const payload of payloads()) {
    const { encode, decode, encodeTarget, decodeTarget } = ratio(payload, 31);
    console.log(
      payload.name.padEnd(34),
      `encode ${encode.toFixed(2)} (aim ${encodeTarget})  decode ${decode.toFixed(2)} (aim ${decodeTarget})`,
    );
  }
}
