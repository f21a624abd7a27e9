/**
 * ArrayBuffer, typed arrays and DataView. A view's buffer is an object of its own, so that views go on sharing it.
 *
 * @module
 */
import { fromBase64, toBase64 } from "./base64.ts";
import type { Kind } from "./kind.ts";

type View = ArrayBufferView<ArrayBuffer> & { length?: number };
type ViewClass = new (buffer: ArrayBuffer, offset?: number, length?: number) => View;

const { Float16Array } = globalThis as { Float16Array?: ViewClass };

/** The fixed table of view classes; Float16Array is missing before V8 13.6. */
export const viewClasses: ViewClass[] = [
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  ...Float16Array ? [Float16Array] : [],
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
  DataView,
];

/** `["~A", base64]` */
export const arrayBuffer: Kind<ArrayBuffer> = {
  tag: "~A",
  shape: /^s$/,
  take: (value, out) => out.push(toBase64(new Uint8Array(value))),
  make: ([, base64]) => fromBase64(base64 as string)?.buffer,
};

/** `["~V" + class, buffer, offset, length]`; offset in bytes, length in elements. */
export function viewKind(View: ViewClass): Kind<View> {
  return {
    tag: `~V${View.name}`,
    shape: /^onn$/,
    take: ({ buffer, byteOffset, byteLength, length = byteLength }, out) => out.push(buffer, byteOffset, length),
    make: ([, buffer, ...range]) =>
      buffer instanceof ArrayBuffer && range.every(Number.isInteger)
        ? new View(buffer, ...range as [number, number])
        : undefined,
  };
}
