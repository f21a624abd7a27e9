/**
 * Finding, among a Worker's exports and bindings, the object itself and the executor.
 *
 * @module
 */
import { InvalidOptionError } from "../../core/errors.ts";
import { ExecutorMissingError, ExportNotFoundError } from "./binding_errors.ts";
import type { DeliveryTarget, DurableObjectStateLike } from "./platform.ts";

/** A Durable Object namespace, as a binding or as `ctx.exports` offers it. */
interface Namespace {
  idFromString(id: string): unknown;
  idFromName(name: string): unknown;
  get(id: unknown): object;
}

/** Where an object can be found: a namespace, and the object's id in it. */
export interface Address {
  /** The name under which the Worker's main module exports the class; `undefined` when it was found as a binding. */
  readonly exportName: string | undefined;
  /** The name of the export or, when there is none, of the binding. */
  readonly name: string;
  /** The object's id, as 64 hexadecimal digits. */
  readonly id: string;
  /** A new stub. One that has failed may stay broken, so that each hand-over gets its own. */
  stub(): object;
}

/**
 * The address of the object itself, to be handed to an executor.
 *
 * The class's export name cannot be told from its constructor, which a minifier renames and `export { A as B }` does
 * not change. The object's id can tell: a namespace accepts only the ids that it made.
 *
 * @param ctx The object's state.
 * @param env The object's bindings, searched where `ctx.exports` has no namespace of this object.
 * @throws {ExportNotFoundError} (`EXPORT_NOT_FOUND`) when neither holds a namespace that knows the object's id.
 */
export function findSelf(ctx: DurableObjectStateLike, env: unknown): Address {
  const id = ctx.id.toString();
  for (const holder of [ctx.exports, env]) {
    for (const [name, candidate] of Object.entries(Object(holder))) {
      const stub = stubsOf(candidate, id);
      if (stub !== undefined) return { exportName: holder === ctx.exports ? name : undefined, name, id, stub };
    }
  }
  throw new ExportNotFoundError(id, Object.keys(ctx.exports ?? {}));
}

/**
 * A new stub of an object whose namespace is known by name.
 *
 * @param holder The Worker's `ctx.exports`, or its bindings.
 * @param name The name of the namespace there.
 * @param id The object's id, as 64 hexadecimal digits.
 * @returns `undefined` when there is no such namespace, or it does not know the id.
 */
export function stubByName(holder: unknown, name: string, id: string): DeliveryTarget | undefined {
  return stubsOf(findBinding(name, undefined, holder), id)?.() as DeliveryTarget | undefined;
}

/**
 * The executor of a name: a service binding of that name, else the Worker's own export of that name.
 *
 * @param name The binding's or export's name.
 * @param ctx The object's state.
 * @param env The object's bindings.
 * @throws {ExecutorMissingError} (`EXECUTOR_MISSING`) when there is neither.
 */
export function findExecutor(name: string, ctx: DurableObjectStateLike, env: unknown): object {
  const [binding, ...path] = name.split(".");
  let found = findBinding(binding, ctx, env);
  for (const part of path) found = found && Reflect.get(found, part);
  if (found === undefined) throw new ExecutorMissingError(name, Object.keys(ctx.exports ?? {}));
  return found;
}

/**
 * What is bound, or else exported, under a name.
 *
 * @param name The binding's or export's name.
 * @param ctx The object's state; `undefined` to look among bindings only.
 * @param env The object's bindings.
 * @returns `undefined` when there is nothing of that name.
 */
export function findBinding(name: string, ctx: DurableObjectStateLike | undefined, env: unknown): object | undefined {
  for (const holder of [Object(env), Object(ctx?.exports)]) {
    const found: unknown = Object.hasOwn(holder, name) ? holder[name] : undefined;
    if ((typeof found === "object" || typeof found === "function") && found !== null) return found;
  }
  return undefined;
}

/**
 * A stub of the object that a namespace has under a name.
 *
 * @param namespace What was found under `binding`.
 * @param binding For the error.
 * @param name The object's name.
 * @throws {InvalidOptionError} (`INVALID_OPTION`) when it is no namespace.
 */
export function namespaceStub(namespace: object, binding: string, name: string): object {
  if (!isNamespace(namespace)) throw new InvalidOptionError(binding, namespace, "bind a Durable Object namespace");
  return namespace.get(namespace.idFromName(name));
}

/** What makes stubs of the object with an id; `undefined` for what is no namespace, or does not know the id. */
function stubsOf(namespace: unknown, id: string): (() => object) | undefined {
  if (!isNamespace(namespace)) return undefined;
  try {
    const known = namespace.idFromString(id);
    return () => namespace.get(known);
  } catch {
    // The platform throws a TypeError for the id of another namespace.
    return undefined;
  }
}

function isNamespace(value: unknown): value is Namespace {
  // By its brand: every property of a service stub looks like a function, and calling one would be a remote call.
  return Object.prototype.toString.call(value).includes("DurableObjectNamespace");
}
