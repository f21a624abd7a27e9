/**
 * Names values and places for error messages.
 *
 * @module
 */
import type { Place } from "./kind.ts";

/** What cannot be written, in words; nothing of a hostile value is run but its class's name. */
export function describe(value: unknown): string {
  if (typeof value === "function") return "a function";
  if (typeof value !== "object" || value === null) return `a ${typeof value}`;
  const tag = Object.prototype.toString.call(value).slice(8, -1);
  if (tag !== "Object" && tag !== "Array") return `a ${tag}`;
  const name: unknown = Object.getPrototypeOf(value)?.constructor?.name;
  return typeof name === "string" && name ? `an instance of ${name}` : "an instance of a class";
}

/** The path of a place, or of `key` in it, in terms of the original value. */
export function pathOf(place: Place, key?: string | number): string {
  let path = key === undefined || !place.parent ? "" : step(place.out, key);
  for (let at: Place = place; at.parent?.parent; at = at.parent) path = step(at.parent.out, at.key) + path;
  return `$${path}`;
}

function step(container: unknown, key: string | number): string {
  const tag = Array.isArray(container) && typeof key === "number" ? container[0] : undefined;
  const text = typeof tag === "string" && /^~[A-Z]$/.test(tag) ? tag[1] : "";
  switch (text) {
    case "M":
      return `.${(key as number) % 2 ? "keys" : "values"}()[${((key as number) - 1) >> 1}]`;
    case "S":
      return `.values()[${(key as number) - 1}]`;
    case "L":
    case "N":
      return property((container as (string | number)[])[(key as number) - 1]);
    case "V":
      return ".buffer";
    case "":
      return property(key);
    default:
      return "";
  }
}

function property(key: string | number): string {
  if (typeof key === "number") return `[${key}]`;
  return /^[A-Za-z_$][\w$]*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
}
