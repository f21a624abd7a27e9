/**
 * Values to text and back, synchronously: everything that structured clone carries and more, as JSON, at JSON's
 * speed, safe on hostile text.
 *
 * @module
 */
// Messages come first: gzip finds more to repeat.
export { RequestSync, type RequestSyncInit } from "./request_sync.ts";
export { ResponseSync, type ResponseSyncInit } from "./response_sync.ts";
export { type BodySource, BodySync, type SnapshotOptions } from "./body_sync.ts";
export { registerType, type TypeCodec } from "./registry.ts";
export { DozeError } from "../errors.ts";
export { preprocess, stringify } from "./stringify.ts";
export { parse, postprocess } from "./parse.ts";
export type { SerializerLimits } from "./limits.ts";
export { SerializerError, type SerializerErrorCode, type SerializerErrorDetails } from "./serializer_error.ts";
