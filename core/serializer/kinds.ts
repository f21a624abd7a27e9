/**
 * The tables of classes: the built-in ones, and those that the program registers.
 *
 * @module
 */
import { arrayBuffer, viewClasses, viewKind } from "./binary_kinds.ts";
import { looseArray, map, nullObject, set } from "./collection_kinds.ts";
import { domException, errorClasses, errorKind } from "./error_kinds.ts";
import type { Kind } from "./kind.ts";
import { request, response } from "./message_kinds.ts";
import { RequestSync } from "./request_sync.ts";
import { ResponseSync } from "./response_sync.ts";
import { bigint, boxed, date, headers, regExp, textKind } from "./scalar_kinds.ts";

/** The kinds by prototype, for writing. */
export const byPrototype: Map<unknown, Kind> = new Map();

/** The kinds by tag, for reading. */
export const byTag: Map<string, Kind> = new Map();

/** Adds a kind, and the classes that are written as it. */
export function addKind<T>(kind: Kind<T>, ...classes: { readonly prototype: T | null }[]): void {
  byTag.set(kind.tag, kind as Kind<unknown> as Kind);
  for (const { prototype } of classes) byPrototype.set(prototype, kind as Kind<unknown> as Kind);
}

addKind(date, Date);
addKind(arrayBuffer, ArrayBuffer);
addKind(textKind("~U", URL), URL);
addKind(textKind("~W", URLSearchParams), URLSearchParams);
addKind(map, Map);
addKind(set, Set);
addKind(regExp, RegExp);
addKind(boxed, Number, String, Boolean, BigInt, Symbol);
addKind(headers, Headers);
addKind(request, RequestSync);
addKind(response, ResponseSync);
addKind(nullObject, { prototype: null });
addKind(looseArray);
addKind(bigint);
addKind(domException, DOMException);
for (const View of viewClasses) addKind(viewKind(View), View);
for (const Class of errorClasses) addKind(errorKind(Class), Class);

/** The kind of an error of any class: that of its nearest built-in base. */
export function kindOfError(value: object): Kind | undefined {
  return byPrototype.get([...errorClasses, DOMException].findLast((Class) => value instanceof Class)?.prototype);
}
