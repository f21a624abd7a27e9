/**
 * The built-in kinds, each of which adds itself to the tables.
 *
 * @module
 */
import "./binary_kinds.ts";
import "./message_kinds.ts";
export { denseCopy, looseArray } from "./collection_kinds.ts";
export { kindOfError } from "./error_kinds.ts";
export { addKind, byPrototype, byTag } from "./kind.ts";
export { bigint, dateTag } from "./scalar_kinds.ts";
