/**
 * Own properties, and nothing inherited.
 *
 * @module
 */

/** Copies data's own properties as own properties, so that a key like `__proto__` reaches no setter. */
export function defineFields<T extends object>(instance: T, data: object, enumerable: boolean): T {
  for (const [key, value] of Object.entries(data)) {
    Object.defineProperty(instance, key, { value, writable: true, enumerable, configurable: true });
  }
  return instance;
}

/**
 * Whether every object inherits enumerable properties, because someone extended `Object.prototype`. Where none does,
 * `for … in` gives the own keys, and faster than anything else.
 */
export function isPrototypePolluted(): boolean {
  for (const _ in Object.prototype) return true;
  return false;
}
