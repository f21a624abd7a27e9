/**
 * What this package uses of the module "cloudflare:workers", so that it can be checked where the platform's own types
 * are absent. deno.json names this file; it is not part of any package, whose users have the platform's types.
 */
declare module "cloudflare:workers" {
  export abstract class DurableObject<Env = unknown> {
    constructor(ctx: import("./platform.ts").DurableObjectStateLike, env: Env);
    protected ctx: import("./platform.ts").DurableObjectStateLike & {
      readonly storage: {
        readonly kv: {
          put<T>(key: string, value: T): void;
          list<T>(): Iterable<[string, T]>;
        };
      };
    };
    protected env: Env;
  }
  export abstract class RpcTarget {}
  export abstract class WorkerEntrypoint<Env = unknown> {
    constructor(ctx: import("./platform.ts").ExecutionContextLike, env: Env);
    protected ctx: import("./platform.ts").ExecutionContextLike;
    protected env: Env;
  }
}
