/**
 * Which members of an object a continuation may reach.
 *
 * @module
 */
import { UnknownMethodError } from "../errors.ts";

/** A method as found on a class. */
export type Method = (...args: unknown[]) => unknown;

/** Names that lead out of an object into the language's machinery. */
const FORBIDDEN: ReadonlySet<string> = new Set(["constructor", "prototype", "__proto__"]);

/**
 * Finds a method on the origin's class chain. Own properties, getters, the members of `base` and whatever every
 * object inherits from `Object` are never found.
 *
 * @param origin The object to run on.
 * @param base The prototype at which the search ends, itself excluded; `null` searches up to `Object.prototype`.
 * @param name The method's name.
 * @throws {UnknownMethodError} (`UNKNOWN_METHOD`) when there is none.
 */
export function checkMethod(origin: object, base: object | null, name: string): Method {
  if (!FORBIDDEN.has(name) && !Object.hasOwn(Object.prototype, name) && !(base !== null && name in base)) {
    for (
      let prototype: object | null = Object.getPrototypeOf(origin);
      prototype !== null && prototype !== base && prototype !== Object.prototype;
      prototype = Object.getPrototypeOf(prototype)
    ) {
      const method: unknown = Object.getOwnPropertyDescriptor(prototype, name)?.value;
      if (typeof method === "function") return method as Method;
    }
  }
  throw new UnknownMethodError(name, classNameOf(origin));
}

/**
 * Reads a member of a value that an earlier link of the chain returned.
 *
 * @param value That value; functions, `null` and `undefined` have no member that may be read.
 * @param name The member's name; what every object inherits from `Object` is never found.
 * @param type `"function"` when the member is to be called.
 * @throws {UnknownMethodError} (`UNKNOWN_METHOD`) when there is no such member.
 */
export function readMember(value: unknown, name: string, type: "function"): Method;
/** Reads a member that is not to be called. */
export function readMember(value: unknown, name: string): unknown;
export function readMember(value: unknown, name: string, type?: "function"): unknown {
  if (value !== null && value !== undefined && typeof value !== "function" && !FORBIDDEN.has(name)) {
    const holder: object = Object(value);
    if (name in holder && (Object.hasOwn(holder, name) || !Object.hasOwn(Object.prototype, name))) {
      const member: unknown = Reflect.get(holder, name, value);
      if (type === undefined || typeof member === "function") return member;
    }
  }
  throw new UnknownMethodError(name, classNameOf(value));
}

function classNameOf(value: unknown): string {
  return typeof value === "object" && value !== null ? value.constructor?.name ?? "Object" : String(value);
}
