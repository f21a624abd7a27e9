/**
 * Errors. A class that is not built in is carried as its nearest built-in base, under its own name.
 *
 * @module
 */
import type { Kind } from "./kind.ts";
import { defineFields } from "./own_fields.ts";

type ErrorClass = new (...parts: []) => Error;

/** The fixed table of error classes; none inherits from a later one. */
export const errorClasses: ErrorClass[] = [
  Error,
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
  AggregateError as unknown as ErrorClass,
];

/** Properties that engines define as not enumerable. */
const hiddenKeys = ["name", "message", "stack", "cause", "errors"];

/** `["~E" + class, hidden, fields]`: hidden and fields are objects of values. */
export function errorKind(Class: ErrorClass): Kind<Error> {
  return {
    tag: `~E${Class.name}`,
    take(value, out) {
      const hidden: Record<string, unknown> = {};
      for (const key of hiddenKeys) {
        const own = Object.getOwnPropertyDescriptor(value, key);
        // What it inherits from a class of the program's own will not be there on the other side.
        const foreign = own ? !own.enumerable : value[key as keyof Error] !== Class.prototype[key as keyof Error];
        if (foreign) hidden[key] = value[key as keyof Error];
      }
      out.push(hidden, { ...value });
    },
    make() {
      // An AggregateError wants its errors.
      const value = Reflect.construct(Class, [[]]);
      for (const key of hiddenKeys) delete value[key];
      return value;
    },
    put(value, [, hidden, fields]) {
      if (!isRecord(hidden) || !isRecord(fields)) return false;
      if (!Object.keys(hidden).every((key) => hiddenKeys.includes(key))) return false;
      defineFields(value, hidden, false);
      defineFields(value, fields, true);
    },
  };
}

/** `["~D", message, name, stack]` */
export const domException: Kind<DOMException> = {
  tag: "~D",
  shape: /^ss[so]$/,
  take({ message, name, stack }, out) {
    out.push(message, name, typeof stack === "string" ? stack : null);
  },
  make([, message, name, stack]) {
    if (Object(stack) === stack) return;
    const value = new DOMException(message as string, name as string);
    // Also where there was none: that of the reader would tell where it reads, and take more memory than the text.
    defineFields(value, { stack: stack ?? undefined }, false);
    return value;
  },
};

function isRecord(value: unknown): value is object {
  return Object.getPrototypeOf(value) === Object.prototype;
}
