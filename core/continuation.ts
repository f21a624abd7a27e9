/**
 * Continuations: what to do with an answer, written down as a chain of operations that survives the object.
 *
 * @module
 */
import { ContinuationTooLargeError, NotAContinuationError, PayloadVersionError } from "./errors.ts";
import { checkMethod, readMember } from "./continuation/member_guard.ts";
import { isPromiseLike } from "./promise_like.ts";
import { findSlots } from "./continuation/slots.ts";
import { parse, registerType, stringify } from "./serializer/mod.ts";

/** A recorded operation: a property read, or a method call with its arguments. */
type Operation = readonly [name: string] | readonly [name: string, args: readonly unknown[]];

/**
 * What `ctn()` returns: it looks like the object itself, but records calls instead of making them.
 *
 * Arguments are checked by the compiler as for a real call. What a recorded call returns may stand as an argument
 * of another one: it then runs first, and its value is passed on. A promise is awaited before; the compiler, which does
 * not know that, then asks for a cast.
 */
export type Continuable<T> = T & {
  /** Stands, at any depth of the arguments, for what the continuation is given when it runs. */
  readonly $result: never;
};

/** Most operations in one chain. A chain of calls longer than this belongs into a method. */
const MAX_OPERATIONS = 64;
/** Most arguments of one call. */
const MAX_ARGUMENTS = 64;
/** Most continuations inside each other. */
const MAX_NESTING = 16;
/** Version of the stored text. */
const VERSION = 1;
const CONTINUATION_TYPE = "doze:continuation";
const RESULT_TYPE = "doze:result";

/** A parsed or recorded chain; inert, it runs only as (part of) a continuation. */
class Continuation {
  readonly operations: readonly Operation[];

  constructor(operations: readonly Operation[]) {
    this.operations = operations;
  }
}

/** The class of the one placeholder. */
class ResultPlaceholder {}

const placeholder = Object.freeze(new ResultPlaceholder());

/**
 * The placeholder for what a continuation is given when it runs; the same as `this.ctn().$result`.
 * Its type is `never`, so that it may stand for an argument of any type.
 */
export const $result: never = placeholder as never;

/** The operations behind each recording proxy; the proxies themselves have no readable members. */
const recorded = new WeakMap<object, readonly Operation[]>();

registerType(CONTINUATION_TYPE, {
  type: Continuation,
  encode: operationsOf,
  decode: (data: unknown): Continuation => new Continuation(checkOperations(data)),
});
registerType(RESULT_TYPE, {
  type: ResultPlaceholder,
  encode: (): unknown => null,
  decode: (): ResultPlaceholder => placeholder,
});

/**
 * Starts to record a continuation. Objects that extend one of our base classes use `this.ctn()` instead.
 *
 * Nothing is checked while recording: unknown methods are refused when the continuation is handed to `schedule` or
 * `proxyFetch`, still at the call.
 *
 * @example Record a call that uses the answer
 * ```ts
 * import { continuation } from "@doze/fetch";
 *
 * interface Agent {
 *   onReply(prompt: string, reply: unknown): void;
 * }
 * const recorded = continuation<Agent>();
 * recorded.onReply("Why?", recorded.$result);
 * ```
 *
 * @typeParam T The object that it will run on.
 * @returns A recorder; each call or property read on it returns a longer one.
 */
export function continuation<T>(): Continuable<T> {
  return record([]) as Continuable<T>;
}

function operationsOf(chain: Continuation): readonly Operation[] {
  return recorded.get(chain) ?? chain.operations;
}

function record(operations: readonly Operation[]): object {
  const chain: object = new Proxy(function () {}, {
    get: (_target, key) => extend(operations, key),
    apply: (_target, _self, args) => call(operations, args),
    // The serializer finds a type by its prototype: a recorder passes for what it records.
    getPrototypeOf: () => Continuation.prototype,
    set: () => false,
    defineProperty: () => false,
    deleteProperty: () => false,
  });
  recorded.set(chain, operations);
  return chain;
}

function extend(operations: readonly Operation[], key: string | symbol): unknown {
  // Not thenable, else `await` would record a call of `then` and wait forever. Symbols come from inspectors.
  if (typeof key === "symbol" || key === "then") return undefined;
  if (key === "$result" && operations.length === 0) return $result;
  return record([...operations, [key]]);
}

function call(operations: readonly Operation[], args: readonly unknown[]): object {
  const last = operations.at(-1);
  if (last === undefined || last.length !== 1) throw new NotAContinuationError(args[0], "call a method of the object");
  return record([...operations.slice(0, -1), [last[0], args]]);
}

/**
 * Writes a continuation down.
 *
 * @param value What `ctn()` recorded.
 * @param origin The object that it will run on.
 * @param base The prototype at which the search for methods ends; its own methods cannot be reached.
 * @returns Text for {@linkcode runContinuation}.
 * @throws {NotAContinuationError} (`NOT_A_CONTINUATION`) when `value` was not recorded, or ends in no call.
 * @throws {UnknownMethodError} (`UNKNOWN_METHOD`) when the origin's class lacks a method, nested ones included.
 * @throws {ContinuationTooLargeError} (`CONTINUATION_TOO_LARGE`) beyond 64 operations, 64 arguments or 16 levels.
 * @throws {SerializerError} when an argument cannot be carried; the message names its path.
 */
export function encodeContinuation(value: unknown, origin: object, base: object | null): string {
  const operations = value instanceof Continuation ? operationsOf(value) : [];
  if (operations.at(-1)?.length !== 2) throw new NotAContinuationError(value);
  check(operations, origin, base, 1);
  const text = stringify({ v: VERSION, ops: operations });
  if (text.includes(CONTINUATION_TYPE)) checkNested(operations, origin, base, 1);
  return text;
}

function check(operations: readonly Operation[], origin: object, base: object | null, depth: number): void {
  const first = operations[0];
  if (first === undefined || first.length !== 2) throw new NotAContinuationError(first?.[0], "call a method first");
  if (depth > MAX_NESTING) throw new ContinuationTooLargeError("nested continuations", MAX_NESTING, depth);
  if (operations.length > MAX_OPERATIONS) {
    throw new ContinuationTooLargeError("operations", MAX_OPERATIONS, operations.length);
  }
  for (const [, args] of operations) {
    if (args !== undefined && args.length > MAX_ARGUMENTS) {
      throw new ContinuationTooLargeError("arguments", MAX_ARGUMENTS, args.length);
    }
  }
  checkMethod(origin, base, first[0]);
}

function checkNested(operations: readonly Operation[], origin: object, base: object | null, depth: number): void {
  for (const { node } of findSlots(operations, isSlot).slots) {
    if (!(node instanceof Continuation)) continue;
    check(operationsOf(node), origin, base, depth + 1);
    checkNested(operationsOf(node), origin, base, depth + 1);
  }
}

function decode(text: string): readonly Operation[] {
  const stored = parse(text);
  const { v = stored, ops } = Object(stored);
  if (v !== VERSION) throw new PayloadVersionError("continuation", v, VERSION);
  return checkOperations(ops);
}

function checkOperations(data: unknown): readonly Operation[] {
  if (!Array.isArray(data) || !data.every(isOperation)) throw new PayloadVersionError("continuation", data, VERSION);
  return data;
}

function isOperation(value: unknown): value is Operation {
  return Array.isArray(value) && typeof value[0] === "string" &&
    (value.length === 1 || (value.length === 2 && Array.isArray(value[1])));
}

/**
 * Runs a continuation.
 *
 * Everything that needs no waiting happens before this returns; from the first promise on, whether a nested call or
 * a link of the chain returned it, the rest runs later.
 *
 * @param text What {@linkcode encodeContinuation} wrote.
 * @param origin The object to run it on.
 * @param base As given to {@linkcode encodeContinuation}.
 * @param result What takes the place of `$result`, passed on as it is and never searched for placeholders.
 * @returns What the last operation returned; possibly a promise.
 * @throws {PayloadVersionError} (`PAYLOAD_VERSION`) when the text is not of a known version.
 * @throws {UnknownMethodError} (`UNKNOWN_METHOD`) when a method no longer exists.
 * @throws {ContinuationTooLargeError} (`CONTINUATION_TOO_LARGE`) beyond the caps.
 */
export function runContinuation(text: string, origin: object, base: object | null, result?: unknown): unknown {
  // Most continuations hold `$result` at most: looking for the two names spares the others the walk.
  const filled = text.includes(RESULT_TYPE) || text.includes(CONTINUATION_TYPE);
  return drive(evaluate(decode(text), { origin, base, result, filled }, 1));
}

/** The name of the first method, as the text of a continuation begins: plain JSON, or with the serializer's header. */
const FIRST_METHOD = /^(?:\["~doze1",)?\{"v":1,"ops":\[\["([^"\\]+)",\[/;

/**
 * Guesses whether a continuation will return a promise: its first method is an `async` one. One that returns a promise
 * without being `async` is not recognised.
 *
 * @param text What {@linkcode encodeContinuation} wrote.
 * @param origin The object that it will run on.
 */
export function expectsPromise(text: string, origin: object): boolean {
  const name = FIRST_METHOD.exec(text)?.[1];
  return name !== undefined && Object.prototype.toString.call(Reflect.get(origin, name)) === "[object AsyncFunction]";
}

interface Scope {
  readonly origin: object;
  readonly base: object | null;
  readonly result: unknown;
  readonly filled: boolean;
}

type Steps = Generator<unknown, unknown, unknown>;

function* evaluate(operations: readonly Operation[], scope: Scope, depth: number): Steps {
  check(operations, scope.origin, scope.base, depth);
  let value: unknown = scope.origin;
  for (const [index, [name, args]] of operations.entries()) {
    if (index > 0) value = yield value;
    if (args === undefined) {
      value = readMember(value, name);
      continue;
    }
    if (scope.filled) yield* fill(args, scope, depth);
    const method = value === scope.origin
      ? checkMethod(scope.origin, scope.base, name)
      : readMember(value, name, "function");
    value = Reflect.apply(method, value, args);
  }
  return value;
}

function* fill(args: readonly unknown[], scope: Scope, depth: number): Steps {
  const { slots, finish } = findSlots(args, isSlot);
  for (const { node, put } of slots) {
    put(node instanceof Continuation ? yield (yield* evaluate(operationsOf(node), scope, depth + 1)) : scope.result);
  }
  for (const done of finish) done();
  return undefined;
}

function isSlot(value: unknown): value is Continuation | ResultPlaceholder {
  return value instanceof Continuation || value instanceof ResultPlaceholder;
}

/** Runs steps without waiting for as long as none of them yields a promise. */
function drive(steps: Steps): unknown {
  function advance(step: IteratorResult<unknown, unknown>): unknown {
    while (!step.done) {
      const yielded = step.value;
      if (isPromiseLike(yielded)) {
        return Promise.resolve(yielded).then((value) => advance(steps.next(value)), (e) => advance(steps.throw(e)));
      }
      step = steps.next(yielded);
    }
    return step.value;
  }
  return advance(steps.next());
}
