/**
 * What can be missing in a Worker's configuration.
 *
 * @module
 */
import { DozeError, quote } from "../../core/errors.ts";

/** Thrown at the first call that needs an executor, when no binding and no export has its name. Nothing is stored. */
export class ExecutorMissingError extends DozeError {
  /** The class's name; it survives minifying. */
  override readonly name = "ExecutorMissingError";
  /** Always `"EXECUTOR_MISSING"`. */
  readonly code = "EXECUTOR_MISSING";
  /** The name that was looked for. */
  readonly executor: string;
  /** The names that the Worker's main module exports. */
  readonly exports: readonly string[];

  /** Creates the error for the name looked for and the names that there are. */
  constructor(executor: string, exports: readonly string[]) {
    super(
      `Cannot hand over the fetch: add 'export { FetchExecutor } from "@doze/fetch/cloudflare"' to the Worker's ` +
        `main module, with a compatibility date of 2025-11-17 or later, or name a service binding, looked for ${
          quote(executor)
        } among ${quote(exports.join(", "))}`,
    );
    this.executor = executor;
    this.exports = exports;
  }
}

/** Thrown at the first call that needs the object's own stub, when it cannot be found. Nothing is stored. */
export class ExportNotFoundError extends DozeError {
  /** The class's name; it survives minifying. */
  override readonly name = "ExportNotFoundError";
  /** Always `"EXPORT_NOT_FOUND"`. */
  readonly code = "EXPORT_NOT_FOUND";
  /** The object's id. */
  readonly id: string;
  /** The names that the Worker's main module exports. */
  readonly exports: readonly string[];

  /** Creates the error for the object's id and the names that there are. */
  constructor(id: string, exports: readonly string[]) {
    super(
      `Cannot find the object's own namespace: export its class from the Worker's main module with a compatibility ` +
        `date of 2025-11-17 or later, or bind its namespace, looked for id ${quote(id)} among ` +
        quote(exports.join(", ")),
    );
    this.id = id;
    this.exports = exports;
  }
}
