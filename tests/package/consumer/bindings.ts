// Compiles only where the platform's own types fit those that the package describes by shape.
import type { DurableObjectStateLike, DurableObjectStorageLike, ExecutionContextLike } from "@doze/fetch/cloudflare";
import type { Agent } from "./worker.ts";

declare const state: DurableObjectState;
declare const context: ExecutionContext;
declare const agents: DurableObjectNamespace<Agent>;

export const stateLike: DurableObjectStateLike = state;
export const storageLike: DurableObjectStorageLike = state.storage;
export const contextLike: ExecutionContextLike = context;
export const id: Promise<string> = agents.getByName("one").ask("https://api.example");
