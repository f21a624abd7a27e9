/**
 * A storage of any class as a simulated object sees it: the port goes through the simulator, the rest dies with it.
 *
 * @module
 */
import type { Storage } from "../../core/storage.ts";
import type { ShakyStorage } from "./shaky_storage.ts";

/** The port's methods, which the simulator makes go wrong. */
export const PORT: readonly (keyof Storage)[] = [
  "insert",
  "get",
  "find",
  "take",
  "move",
  "due",
  "first",
  "count",
  "transaction",
  "armedAt",
  "arm",
  "disarm",
];

/**
 * Puts a simulated handle in front of a storage. Whatever else the storage has, as the `sql` of `openSqlite`, is there
 * as well; each call on it may be the one at which the object is lost.
 *
 * @param storage The storage itself.
 * @param handle The handle, whose methods stand in the place of the storage's own.
 */
export function guardStorage<S extends Storage>(storage: S, handle: ShakyStorage): S {
  return guard(storage, handle, (name) => PORT.some((method) => method === name) ? handle : undefined);
}

function guard<T extends object>(
  target: T,
  handle: ShakyStorage,
  replaced: (name: PropertyKey) => object | undefined,
): T {
  // Not `target` itself: a proxy must give back as they are the members of what is frozen.
  return new Proxy(Object.create(Object.getPrototypeOf(target)), {
    get(_shell, name): unknown {
      const owner = replaced(name) ?? target;
      const value: unknown = Reflect.get(owner, name, owner);
      if (typeof value === "object" && value !== null) return guard(value, handle, () => undefined);
      if (typeof value !== "function") return value;
      return (...args: unknown[]): unknown => {
        if (owner === target) handle.touch();
        return Reflect.apply(value, owner, args);
      };
    },
    set: (_shell, name, value): boolean => Reflect.set(target, name, value, target),
    has: (_shell, name): boolean => Reflect.has(target, name),
  }) as T;
}
