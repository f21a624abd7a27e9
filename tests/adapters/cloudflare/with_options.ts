/**
 * A class as it is exported for one test: another, with options of its own.
 *
 * @module
 */
import type { DurableObjectStateLike } from "../../../adapters/cloudflare/platform.ts";

/** A class as the platform makes it. */
type ObjectClass = new (ctx: DurableObjectStateLike, env: unknown) => object;

/** A class that sets the third argument of its base's constructor. */
export function withOptions<O>(
  Base: new (ctx: DurableObjectStateLike, env: unknown, options: O) => object,
  options: O,
): ObjectClass {
  return class extends Base {
    constructor(ctx: DurableObjectStateLike, env: unknown) {
      super(ctx, env, options);
    }
  };
}
