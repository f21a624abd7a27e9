/**
 * ArrayBuffer, typed arrays and DataView. A view's buffer is an object of its own, so that views go on sharing it.
 *
 * @module
 */
import { fromBase64, toBase64 } from "./base64.ts";
import { addKind } from "./kind.ts";

type View = ArrayBufferView<ArrayBuffer> & { length?: number; at?: (index: number) => unknown };
type ViewClass = {
  new (buffer: ArrayBuffer, offset?: number, length?: number): View;
  readonly prototype: unknown;
};

const { Float16Array } = globalThis as { Float16Array?: ViewClass };

/** The fixed table of view classes; Float16Array is missing before V8 13.6. */
const viewClasses: ViewClass[] = [
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

// ["~A", base64]
addKind<ArrayBuffer, [tag: string, base64: string]>(
  [ArrayBuffer],
  "~A",
  "s",
  // The length is asked for because only a true buffer has one: of anything else there would be an empty array.
  (value, tag) => [tag, toBase64(new Uint8Array(value, 0, value.byteLength))],
  ([, base64]) => fromBase64(base64)?.buffer,
);

// ["~V" + class, buffer, offset, length]; offset in bytes, length in elements
for (const View of viewClasses) {
  addKind<View, [tag: string, buffer: object, offset: number, length: number]>(
    [View],
    `~V${View.name}`,
    "onn",
    (value, tag) => {
      const { buffer, byteOffset, byteLength, length = byteLength } = value;
      // A view that its buffer has shrunk away from says that it is empty; its methods throw.
      value.at?.(0);
      return [tag, buffer, byteOffset, length];
    },
    ([, buffer, ...range]) =>
      buffer instanceof ArrayBuffer && range.every(Number.isInteger) ? new View(buffer, ...range) : undefined,
  );
}
