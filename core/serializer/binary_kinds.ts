/**
 * ArrayBuffer, typed arrays and DataView. A view's buffer is an object of its own, so that views go on sharing it.
 *
 * @module
 */
import { fromBase64, toBase64 } from "./base64.ts";
import type { Kind } from "./kind.ts";

type ViewClass = new (buffer: ArrayBuffer, offset?: number, length?: number) => ArrayBufferView<ArrayBuffer>;

const names = [
  "Int8Array",
  "Uint8Array",
  "Uint8ClampedArray",
  "Int16Array",
  "Uint16Array",
  "Int32Array",
  "Uint32Array",
  "Float16Array",
  "Float32Array",
  "Float64Array",
  "BigInt64Array",
  "BigUint64Array",
  "DataView",
] as const;

/** The fixed table of view classes; Float16Array is missing before V8 13.6. */
export const viewClasses: Map<string, ViewClass> = new Map();
for (const name of names) {
  const view = (globalThis as unknown as Record<string, ViewClass | undefined>)[name];
  if (view) viewClasses.set(name, view);
}

/** `["~A", base64]` */
export const arrayBuffer: Kind<ArrayBuffer> = {
  tag: "~A",
  write: (value, out) => void out.push(toBase64(new Uint8Array(value))),
  create: (data, reader) => (fromBase64(reader.base64(data[1])) ?? reader.fail("a buffer is not base64")).buffer,
};

/** `["~V", class, buffer, offset?, length?]`; offset in bytes, length in elements. */
export const view: Kind<ArrayBufferView> = {
  tag: "~V",
  write(value, out, place, writer) {
    const { buffer, byteOffset, byteLength } = value;
    out.push((value as unknown as { [Symbol.toStringTag]: string })[Symbol.toStringTag]);
    out.push(writer.value(buffer, place, 2));
    if (byteOffset !== 0 || byteLength !== buffer.byteLength) {
      out.push(byteOffset, (value as Uint8Array).length ?? byteLength);
    }
  },
  create(data, reader) {
    const View = viewClasses.get(data[1] as string) ?? reader.fail("no such view", "UNKNOWN_TYPE");
    const buffer = reader.read(data, 2);
    if (!(buffer instanceof ArrayBuffer)) reader.fail("a view needs an ArrayBuffer");
    if (data.length === 3) return new View(buffer as ArrayBuffer);
    const [offset, length] = data.slice(3);
    const valid = data.length === 5 && Number.isInteger(offset) && Number.isInteger(length);
    if (!valid || (length as number) < 0) reader.fail("a view needs an offset and a length");
    return new View(buffer as ArrayBuffer, offset as number, length as number);
  },
};
