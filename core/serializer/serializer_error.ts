/**
 * The one error of the serializer and its causes.
 *
 * @module
 */
import { DozeError } from "../errors.ts";

/**
 * Why a value could not be written or a text not be read. The codes never change between minor versions.
 *
 * | code | cause |
 * |---|---|
 * | `UNSUPPORTED_TYPE` | a function, symbol, promise, stream, … was to be written, or what throws when it is read, as the `cause` tells |
 * | `UNREGISTERED_CLASS` | an instance of a class that `registerType` does not know was to be written, also where it extends a class that is carried |
 * | `DUPLICATE_TYPE` | `registerType` was given a name or class that is taken |
 * | `INVALID_CODEC` | `registerType` was given both `decode` and `restore`, or no class or name; or, as the cause of `CODEC_FAILED`, `encode` gave no plain object and there is neither `decode` nor `restore` |
 * | `INVALID_JSON` | the text is not JSON |
 * | `MALFORMED` | the text is JSON and marked as ours, but a tag, shape, length or reference is wrong |
 * | `UNSUPPORTED_VERSION` | the text was written by a version of the format that this one cannot read |
 * | `UNKNOWN_TYPE` | the text names a class that is not registered, or a typed array that this runtime lacks |
 * | `LIMIT_EXCEEDED` | a cap of the options was reached |
 * | `CODEC_FAILED` | a registered codec threw; its error is the `cause` |
 * | `CODEC_CYCLE` | a registered class without `create` and `restore` stands in a cycle |
 * | `BODY_TOO_LARGE` | a body is larger than `maxBytes`; `received` tells how much had arrived |
 * | `BODY_USED` | the body of the native request or response has already been read, or something is reading it |
 * | `INVALID_BODY` | a body is not what `json()` or `formData()` was asked for |
 */
export type SerializerErrorCode =
  | "UNSUPPORTED_TYPE"
  | "UNREGISTERED_CLASS"
  | "DUPLICATE_TYPE"
  | "INVALID_CODEC"
  | "INVALID_JSON"
  | "MALFORMED"
  | "UNSUPPORTED_VERSION"
  | "UNKNOWN_TYPE"
  | "LIMIT_EXCEEDED"
  | "CODEC_FAILED"
  | "CODEC_CYCLE"
  | "BODY_TOO_LARGE"
  | "BODY_USED"
  | "INVALID_BODY";

/** What to do about each cause; where it is silent, {@linkcode fault} asks for what `stringify` wrote. */
const REMEDIES: Partial<Record<SerializerErrorCode, string>> = {
  UNSUPPORTED_TYPE: "write its data instead",
  UNREGISTERED_CLASS: "register its class with registerType, or write its data instead",
  DUPLICATE_TYPE: "choose a name and a class of your own",
  INVALID_CODEC: "give it a `type` and either `decode` or `create` and `restore`",
  UNKNOWN_TYPE: "register its class in this program",
  LIMIT_EXCEEDED: "raise the limit in the options on both sides",
  CODEC_FAILED: "see the cause",
  CODEC_CYCLE: "register its class with `create` and `restore`",
  BODY_TOO_LARGE: "raise maxBytes",
  BODY_USED: "clone() it before",
  INVALID_BODY: "use text() to see it",
};

/** Where and why the serializer failed. */
export interface SerializerErrorDetails extends ErrorOptions {
  /** See {@linkcode SerializerError.path}. */
  path?: string;
  /** See {@linkcode SerializerError.offset}. */
  offset?: number;
  /** See {@linkcode SerializerError.received}. */
  received?: number;
}

/**
 * Thrown when a value cannot be written, a text cannot be read, or a body cannot be held. Nothing half-made is
 * returned.
 *
 * @example Find the value that cannot be carried
 * ```ts
 * import { SerializerError, stringify } from "@doze/fetch/serializer";
 * import { assertEquals, assertThrows } from "@std/assert";
 *
 * const error = assertThrows(() => stringify({ args: [1, { onDone() {} }] }), SerializerError);
 * assertEquals(error.code, "UNSUPPORTED_TYPE");
 * assertEquals(error.path, "$.args[1].onDone");
 * ```
 */
export class SerializerError extends DozeError {
  /** The class's name; it survives minifying. */
  override readonly name = "SerializerError";
  /** The cause, one of {@linkcode SerializerErrorCode}. */
  readonly code: SerializerErrorCode;
  /**
   * Where in the value, e.g. `"$.args[2].onDone"`; for a text, where in the JSON that it holds. Absent where
   * there is no such place.
   */
  declare readonly path?: string;
  /** Where in the text, in UTF-16 code units from its start; present with `INVALID_JSON` where it is known. */
  declare readonly offset?: number;
  /** How many bytes of a body had arrived when its cap was passed; present with `BODY_TOO_LARGE`. */
  declare readonly received?: number;

  /** Creates the error for a cause, a message that ends with the remedy or value, and the place. */
  constructor(code: SerializerErrorCode, message: string, details: SerializerErrorDetails = {}) {
    super(message, details);
    this.code = code;
    Object.assign(this, details);
  }
}

/** The error of a cause: what could not be done, the cause's remedy, what there was instead, and where. */
export function fault(
  code: SerializerErrorCode,
  action: string,
  got: string,
  details?: SerializerErrorDetails,
): SerializerError {
  const remedy = REMEDIES[code] ?? "pass what stringify of this version wrote";
  return new SerializerError(code, `Cannot ${action}: ${remedy}, got ${got}`, details);
}

/** The error of a cause at a path, which it could not `read` or `write`. */
export function faultAt(
  path: string,
  code: SerializerErrorCode,
  action: string,
  got: string,
  why?: ErrorOptions,
): SerializerError {
  return fault(code, `${action} ${path}`, got, { path, ...why });
}
