/**
 * ArrayBuffer, typed arrays and DataView. A view's buffer is an object of its own, so that views go on sharing it.
 *
 * @module
 */
import { fromBase64, toBase64 } from "./base64.ts";
import type { Kind } from "./kind.ts";

type View = ArrayBufferView<ArrayBuffer> & { length?: number; at?: (index: number) => unknown };
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
  // The length is asked for because only a true buffer has one: of anything else there would be an empty array.
  take: (value, out) => out.push(toBase64(new Uint8Array(value, 0, value.byteLength))),
  make: ([, base64]) => fromBase64(base64 as string)?.buffer,
};

/** `["~V" + class, buffer, offset, length]`; offset in bytes, length in elements. */
export function viewKind(View: ViewClass): Kind<View> {
  return {
    tag: `~V${View.name}`,
    shape: /^onn$/,
    take(value, out) {
      const { buffer, byteOffset, byteLength, length = byteLength } = value;
      // A view that its buffer has shrunk away from says that it is empty; its methods throw.
      value.at?.(0);
      out.push(buffer, byteOffset, length);
    },
    make: ([, buffer, ...range]) =>
      buffer instanceof ArrayBuffer && range.every(Number.isInteger)
        ? new View(buffer, ...range as [number, number])
        : undefined,
  };
}
