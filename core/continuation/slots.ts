/**
 * Finds the values in a graph that are to be exchanged, wherever they stand.
 *
 * @module
 */
import { defineFields } from "../serializer/own_fields.ts";

/** A place in a graph that holds a value to be exchanged. */
export interface Slot<T> {
  /** The value that stands there. */
  readonly node: T;
  /** Puts another value in its place. */
  put(value: unknown): void;
}

/** What {@linkcode findSlots} found. */
export interface Slots<T> {
  /** The slots: members of one container in their order. */
  readonly slots: Slot<T>[];
  /** To be called, each once, after the last `put`. */
  readonly finish: (() => void)[];
}

type Visit = (value: unknown, put: (value: unknown) => void) => void;

/**
 * Finds the slots in arrays, plain objects, Maps (keys and values) and Sets, through any nesting and cycle, without
 * recursion. It does not look into instances of other classes, and calls no getter of theirs.
 *
 * @param root The graph; it is changed in place by {@linkcode Slot.put}.
 * @param isSlot Tells the values to be exchanged.
 */
export function findSlots<T>(root: object, isSlot: (value: unknown) => value is T): Slots<T> {
  const found: Slots<T> = { slots: [], finish: [] };
  const seen = new Set<object>([root]);
  const stack: object[] = [root];
  function visit(value: unknown, put: (value: unknown) => void): void {
    if (isSlot(value)) found.slots.push({ node: value, put });
    else if (typeof value === "object" && value !== null && !seen.has(value)) {
      seen.add(value);
      stack.push(value);
    }
  }
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) visitMembers(next, visit, found.finish);
  return found;
}

function visitMembers(container: object, visit: Visit, finish: (() => void)[]): void {
  if (container instanceof Map || container instanceof Set) {
    // Keys cannot be exchanged in place: fill a copy, then put it back in the same order.
    const rows: unknown[][] = container instanceof Map ? [...container] : [...container].map((element) => [element]);
    for (const row of rows) row.forEach((value, index) => visit(value, (filled) => row[index] = filled));
    finish.push(() => {
      container.clear();
      for (const [key, value] of rows) container instanceof Map ? container.set(key, value) : container.add(key);
    });
  } else if (Array.isArray(container) || isPlainObject(container)) {
    const members = container as Record<string, unknown>;
    for (const [key, value] of Object.entries(members)) {
      visit(value, (filled) => defineFields(members, { [key]: filled }, true));
    }
  }
}

function isPlainObject(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
