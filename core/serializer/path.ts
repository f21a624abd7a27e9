/**
 * Names values and places for error messages.
 *
 * @module
 */
import { byPrototype } from "./kind.ts";
import { property } from "./tree_path.ts";
import { isTag } from "./wire.ts";

/** Position of an object in the graph that is being written. */
export interface Place {
  /** What stands for the object in the intermediate, once it exists. */
  out: unknown;
  /** The object that it was first found in. */
  readonly parent: Place | undefined;
  /** Key of `parent.out` at which it stands. */
  readonly key: string | number;
  /** Containers around it, and itself. */
  readonly depth: number;
  /** The innermost instance, itself or around it, that can be made only when it is complete. */
  whole: Place | undefined;
  /** What refers to it in the table, once something did. */
  ref: string;
}

/** What cannot be written, in words; nothing of a hostile value is run but its class's name. */
export function describe(value: unknown): string {
  if (typeof value !== "object" || value === null) return `a ${typeof value}`;
  const tag = Object.prototype.toString.call(value).slice(8, -1);
  // What inherits from a class that is carried has one of the program's own, whatever it calls itself.
  let base = value;
  while (base && !byPrototype.has(base)) base = Object.getPrototypeOf(base);
  if (!base && tag !== "Object" && tag !== "Array") return `a ${tag}`;
  return `an instance of ${Object.getPrototypeOf(value)?.constructor?.name || "a class"}`;
}

/** The path of a place in terms of the original value. */
export function pathOf(place: Place): string {
  let path = "";
  for (let at = place; at.parent?.parent; at = at.parent) path = step(at.parent.out, at.key) + path;
  return `$${path}`;
}

function step(container: unknown, key: string | number): string {
  const tag = Array.isArray(container) && container[0];
  const index = key as number - 1;
  if (tag === "~M") return `.${index % 2 ? "values" : "keys"}()[${index >> 1}]`;
  if (tag === "~S") return `.values()[${index}]`;
  if (tag === "~L" || tag === "~N") return property((container as string[])[index].replace(/^~/, ""));
  return isTag(tag) ? "" : property(key);
}
