/**
 * Binary kinds.
 *
 * @module
 */
import type { Case } from "./case.ts";

/** Buffers and the views on them. */
export const binaryCases: Case[] = [
  { name: "ArrayBuffer", make: () => [new ArrayBuffer(0), Uint8Array.of(1, 2, 255).buffer] },
  { name: "big ArrayBuffers", make: () => [1025, 1026, 1024].map((n) => new Uint8Array(n).fill(n).buffer) },
  {
    name: "integer arrays",
    make: () => [
      [Int8Array.of(-1), Uint8Array.of(255), Uint8ClampedArray.of(300)],
      [Int16Array.of(-2), Uint16Array.of(65535), Int32Array.of(-3), Uint32Array.of(2 ** 32 - 1)],
    ],
  },
  {
    name: "float arrays with NaN, -0 and Infinity",
    make: () => [Float32Array.of(NaN, -0), Float64Array.of(Infinity, -0, NaN)],
  },
  { name: "Float16Array", make: () => globalThis.Float16Array ? Float16Array.of(1.5, NaN) : null },
  { name: "bigint arrays", make: () => [BigInt64Array.of(-1n), BigUint64Array.of(2n ** 64n - 1n)] },
  { name: "DataView", make: () => new DataView(Uint8Array.of(1, 2, 3, 4).buffer, 1, 2) },
  {
    name: "views that share a buffer, with offsets",
    make: () => {
      const { buffer } = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
      return { buffer, views: [new Uint8Array(buffer, 2, 3), new Uint16Array(buffer, 4), new DataView(buffer)] };
    },
  },
  { name: "same view twice", make: () => ((view) => [view, view, new Uint8Array(view.buffer)])(Uint8Array.of(9)) },
];
