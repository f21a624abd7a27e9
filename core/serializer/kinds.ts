/**
 * The fixed tables of built-in classes.
 *
 * @module
 */
import { view, viewClasses } from "./binary_kinds.ts";
import { looseArray, map, nullObject, set } from "./collection_kinds.ts";
import { domException, error } from "./error_kinds.ts";
import type { Kind } from "./kind.ts";
import { request, response } from "./message_kinds.ts";
import { RequestSync } from "./request_sync.ts";
import { ResponseSync } from "./response_sync.ts";
import { boxed, headers, regExp } from "./scalar_kinds.ts";

type AnyKind = Kind<object>;

const classes: [{ readonly prototype: object }, unknown][] = [
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

const byTag = new Map<string, AnyKind>(
  [map, set, nullObject, looseArray, regExp, boxed, headers, request, response, view, error, domException]
    .map((kind) => [kind.tag, kind as unknown as AnyKind]),
);

/** The kind of an object that is neither plain nor registered. */
export function kindOf(value: object, prototype: object | null): AnyKind | undefined {
  if (prototype === null) return nullObject as AnyKind;
  return byPrototype.get(prototype) ??
    (value instanceof DOMException
      ? domException as unknown as AnyKind
      : value instanceof Error
      ? error as unknown as AnyKind
      : undefined);
}

/** The kind of a tag. */
export function kindOfTag(tag: string): AnyKind | undefined {
  return byTag.get(tag);
}
