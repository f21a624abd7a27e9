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
 * Whether a key is an object's own. Of those that `for … in` gives it has to be asked as someone may have extended
 * `Object.prototype`; V8 answers it from what it iterates by, at no cost, which it does not do for `Object.hasOwn`.
 */
export function isOwn(object: object, key: string | number): boolean {
  return Object.prototype.hasOwnProperty.call(object, key);
}

/** Whether a value is an object without a class. What stands for others in a text is an array or string. */
export function isRecord(value: unknown): value is object {
  return Object.getPrototypeOf(value ?? 0) === Object.prototype;
}
