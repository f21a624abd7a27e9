/**
 * The fixed tables of built-in classes.
 *
 * @module
 */
import { arrayBuffer, view, viewClasses } from "./binary_kinds.ts";
import { looseArray, map, nullObject, set } from "./collection_kinds.ts";
import { domException, error } from "./error_kinds.ts";
import type { Kind } from "./kind.ts";
import { request, response } from "./message_kinds.ts";
import { RequestSync } from "./request_sync.ts";
import { ResponseSync } from "./response_sync.ts";
import { boxed, date, headers, regExp, searchParams, url } from "./scalar_kinds.ts";

type AnyKind = Kind<object>;

const classes: [{ readonly prototype: object }, unknown][] = [
  [Date, date],
  [ArrayBuffer, arrayBuffer],
  [URL, url],
  [URLSearchParams, searchParams],
  [Map, map],
  [Set, set],
  [RegExp, regExp],
  [Number, boxed],
  [String, boxed],
  [Boolean, boxed],
  [BigInt, boxed],
  [Symbol, boxed],
  [Headers, headers],
  [RequestSync, request],
  [ResponseSync, response],
  ...[...viewClasses.values()].map((View): [{ readonly prototype: object }, unknown] => [View, view]),
];

const byPrototype = new Map<object, AnyKind>(classes.map(([{ prototype }, kind]) => [prototype, kind as AnyKind]));

const byTag = new Map<unknown, AnyKind>(
  [...byPrototype.values(), nullObject, looseArray, error, domException].map((kind) => [kind.tag, kind as AnyKind]),
);

/** The kind of an object whose class is built in and is no error. */
export function kindOfPrototype(prototype: object | null): AnyKind | undefined {
  return prototype === null ? nullObject as AnyKind : byPrototype.get(prototype);
}

/** The kind of an error of any class. */
export function kindOfError(value: object): AnyKind | undefined {
  if (value instanceof DOMException) return domException as unknown as AnyKind;
  return value instanceof Error ? error as unknown as AnyKind : undefined;
}

/** The kind of a tag. */
export function kindOfTag(tag: unknown): AnyKind | undefined {
  return byTag.get(tag);
}

/** Whether instances of a class are carried without its being registered. */
export function isBuiltIn(prototype: object): boolean {
  return byPrototype.has(prototype) || prototype === Object.prototype || prototype === Array.prototype;
}
