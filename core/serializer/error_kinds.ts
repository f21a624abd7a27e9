/**
 * Errors. A class that is not built in is carried as its nearest built-in base, under its own name.
 *
 * @module
 */
import type { Kind } from "./kind.ts";
import { defineFields } from "./own_fields.ts";

type ErrorClass = new (message?: string) => Error;

const classes: Map<string, ErrorClass> = new Map<string, ErrorClass>([
  ["Error", Error],
  ["EvalError", EvalError],
  ["RangeError", RangeError],
  ["ReferenceError", ReferenceError],
  ["SyntaxError", SyntaxError],
  ["TypeError", TypeError],
  ["URIError", URIError],
  ["AggregateError", AggregateError as unknown as ErrorClass],
]);

const classNames = new Map<object, string>([...classes].map(([name, { prototype }]) => [prototype, name]));

/** Properties that engines define as not enumerable. */
const hiddenKeys = ["name", "message", "stack", "cause", "errors"];

/** `["~E", class, hidden, fields?]`: hidden and fields are objects of values. */
export const error: Kind<Error> = {
  tag: "~E",
  write(value, out, place, writer) {
    let prototype: object = value;
    while (!classNames.has(prototype)) prototype = Object.getPrototypeOf(prototype);
    const base = classNames.get(prototype) as string;
    const hidden: Record<string, unknown> = {};
    for (const key of hiddenKeys) {
      const own = Object.getOwnPropertyDescriptor(value, key);
      if (own ? !own.enumerable : isForeign(value, key, base)) hidden[key] = (value as unknown as typeof hidden)[key];
    }
    out.push(base, writer.value(hidden, place, 2));
    const fields = { ...value };
    if (Object.keys(fields).length > 0) out.push(writer.value(fields, place, 3));
  },
  create(data, reader) {
    const Class = classes.get(data[1] as string) ?? reader.fail("no such error class");
    const value = Class === AggregateError as unknown as ErrorClass ? new AggregateError([]) : new Class();
    for (const key of hiddenKeys) Reflect.deleteProperty(value, key);
    return value;
  },
  fill(value, data, reader) {
    const hidden = fieldsAt(data, 2, reader.read(data, 2), reader.fail.bind(reader));
    for (const [key, item] of Object.entries(hidden)) {
      if (!hiddenKeys.includes(key)) reader.fail("an error has no such hidden property");
      Object.defineProperty(value, key, { value: item, writable: true, configurable: true });
    }
    if (data.length > 3) defineFields(value, fieldsAt(data, 3, reader.read(data, 3), reader.fail.bind(reader)));
  },
};

/** `["~D", message, name, stack?]` */
export const domException: Kind<DOMException> = {
  tag: "~D",
  write(value, out) {
    out.push(value.message, value.name);
    if (typeof value.stack === "string") out.push(value.stack);
  },
  create(data, reader) {
    const [, message, name, stack] = data;
    if (typeof message !== "string" || typeof name !== "string") reader.fail("a DOMException needs message and name");
    const value = new DOMException(message as string, name as string);
    if (typeof stack === "string") {
      Object.defineProperty(value, "stack", { value: stack, writable: true, configurable: true });
    }
    return value;
  },
};

/** A name or message that the value inherits from a class which will not be there on the other side. */
function isForeign(value: Error, key: string, base: string): boolean {
  return key === "name" ? value.name !== base : key === "message" && value.message !== "";
}

function fieldsAt(data: unknown[], index: number, value: unknown, fail: (message: string) => never): object {
  const plain = typeof data[index] === "object" && Object.getPrototypeOf(value) === Object.prototype;
  return plain ? value as object : fail("an error's properties are an object");
}
