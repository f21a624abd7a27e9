/**
 * Errors. A class that is not built in is carried as its nearest built-in base, under its own name.
 *
 * @module
 */
import { addKind, byPrototype, type Kind } from "./kind.ts";
import { defineFields, isRecord } from "./own_fields.ts";

type ErrorClass = { new (...parts: []): Error; readonly prototype: Error };

/** The fixed table of error classes; none inherits from a later one. */
const errorClasses: ErrorClass[] = [
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

// ["~E" + class, hidden, fields]: hidden and fields are objects of values
for (const Class of errorClasses) {
  addKind<Error>(
    [Class],
    `~E${Class.name}`,
    "**",
    (value, tag) => {
      const hidden: Record<string, unknown> = {};
      for (const key of hiddenKeys) {
        const own = Object.getOwnPropertyDescriptor(value, key);
        // What it inherits from a class of the program's own will not be there on the other side.
        const foreign = own ? !own.enumerable : value[key as keyof Error] !== Class.prototype[key as keyof Error];
        if (foreign) hidden[key] = value[key as keyof Error];
      }
      return [tag, hidden, { ...value }];
    },
    ([, hidden, fields]) => {
      // What was given elsewhere would be copied for each error.
      if (!isRecord(hidden) || !isRecord(fields)) return;
      if (!Object.keys(hidden).every((key) => hiddenKeys.includes(key))) return;
      // An AggregateError wants its errors.
      const value = stackless(Class, [[]]);
      for (const key of hiddenKeys) Reflect.deleteProperty(value, key);
      return value;
    },
    (value, [, hidden, fields]) => defineFields(defineFields(value, hidden as object, false), fields as object, true),
  );
}

// A class of its own where it is more than a name. Its quota and what was requested are lost.
const { QuotaExceededError = DOMException } = globalThis as { QuotaExceededError?: { prototype: object } };

// ["~D", message, name, stack]
addKind<DOMException, [tag: string, message: string, name: string, stack: unknown]>(
  [QuotaExceededError, DOMException],
  "~D",
  "ss*",
  ({ message, name, stack }, tag) => [tag, message, name, typeof stack === "string" ? stack : null],
  ([, message, name, stack]) => {
    if (stack !== null && typeof stack !== "string") return;
    // Also where there was none: that of the reader would tell where it reads, and take more memory than the text.
    return defineFields(stackless(DOMException, [message, name]), { stack: stack ?? undefined }, false);
  },
);

/** The kind of an error of any class: that of its nearest built-in base. DOMException has none, as its parts are fixed. */
export function kindOfError(value: object): Kind | undefined {
  if (value instanceof DOMException) return;
  return byPrototype.get(errorClasses.findLast((Class) => value instanceof Class)?.prototype);
}

/** Makes an error for whose stack nobody looks: on V8 that takes many times what a text of such errors may cost. */
function stackless<T>(Class: new (...parts: never[]) => T, parts: unknown[]): T {
  const { stackTraceLimit } = Error as { stackTraceLimit?: number };
  // Where the program has frozen it, it stays.
  Reflect.set(Error, "stackTraceLimit", 0);
  try {
    return Reflect.construct(Class, parts);
  } finally {
    Reflect.set(Error, "stackTraceLimit", stackTraceLimit);
  }
}
