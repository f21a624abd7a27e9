/**
 * Reaching an origin of which only the address is known.
 *
 * @module
 */
import type { DeliverTo } from "../../core/requests/origin_address.ts";
import { ExportNotFoundError } from "./binding_errors.ts";
import { stubByName } from "./export_lookup.ts";

/**
 * Delivers to the objects that this Worker exports or has bound. Each message gets a stub of its own: one that has
 * failed may stay broken.
 *
 * @param exports The Worker's `ctx.exports`.
 * @param env The Worker's bindings.
 * @returns A function that rejects with {@linkcode ExportNotFoundError} (`EXPORT_NOT_FOUND`) for an object of neither.
 */
export function deliverThrough(exports: object | undefined, env: unknown): DeliverTo {
  return async ({ name, id }, message) => {
    const stub = stubByName(exports, name, id) ?? stubByName(env, name, id);
    if (stub === undefined) throw new ExportNotFoundError(id, Object.keys(exports ?? {}));
    return await stub.dozeDeliver(message);
  };
}
