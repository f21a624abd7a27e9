/**
 * Errors.
 *
 * @module
 */
import type { Case } from "./case.ts";

/** The built-in errors and what hangs on them. */
export const errorCases: Case[] = [
  { name: "Error", make: () => new Error("plain") },
  {
    name: "all built-in errors",
    make: () =>
      [EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError].map((Class) => new Class("m")),
  },
  { name: "Error cause", make: () => new Error("a", { cause: new Map([["b", new TypeError("c")]]) }) },
  { name: "Error cause undefined", make: () => [new Error("a", { cause: undefined }), new Error("a")] },
  {
    name: "Error own properties",
    make: () => Object.assign(new Error("a"), { code: "E", at: new Date(1), __proto__x: 1 }),
  },
  { name: "AggregateError", make: () => new AggregateError([new Error("a"), 1, undefined], "many") },
  { name: "Error in a cycle", make: () => ((e) => Object.assign(e, { cause: e, list: [e] }))(new Error("a")) },
  { name: "DOMException", make: () => [new DOMException("a", "AbortError"), new DOMException("b")] },
  { name: "Error with a name of its own", make: () => Object.assign(new RangeError("a"), { name: "FooError" }) },
];
