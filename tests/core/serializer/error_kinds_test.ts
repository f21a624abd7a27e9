import { assert, assertEquals, assertInstanceOf, assertLess, assertStrictEquals, assertThrows } from "@std/assert";
import { parse, SerializerError, stringify } from "../../../core/serializer/mod.ts";

function copy<T>(value: T): T {
  return parse(stringify(value)) as T;
}

Deno.test("Error + a class of the program's own becomes its base, under its name", () => {
  class HttpError extends TypeError {
    override name = "HttpError";
    status = 404;
  }
  class QuietError extends RangeError {
    static {
      this.prototype.name = "QuietError";
    }
  }
  const error = copy(new HttpError("no", { cause: 1 }));
  assertStrictEquals(Object.getPrototypeOf(error), TypeError.prototype);
  assertEquals([error.name, error.message, error.status, error.cause], ["HttpError", "no", 404, 1]);
  const quiet = copy(new QuietError("q"));
  assertEquals([quiet.name, Object.keys(quiet)], ["QuietError", []]);
  assertInstanceOf(quiet, RangeError);
});

Deno.test("Error + hidden properties stay hidden, and absent ones absent", () => {
  const error = copy(new Error("m", { cause: undefined }));
  assertEquals(Object.keys(error), []);
  assert("cause" in error && !("cause" in copy(new Error("m"))));
  assert(!Object.hasOwn(copy(new Error()), "message"));
  const stackless = new Error("m");
  delete stackless.stack;
  assert(!Object.hasOwn(copy(stackless), "stack"));
});

Deno.test("DOMException + without a stack it gets none, whatever the reader's engine would give it", () => {
  const error = new DOMException("m", "AbortError");
  Object.defineProperty(error, "stack", { value: undefined });
  const back = copy(error);
  assertEquals([back.message, back.name, back.stack], ["m", "AbortError", undefined]);
  const many = parse(`["~doze1",[${Array(1000).fill('["~D","m","a",null]').join()}]]`) as DOMException[];
  assertEquals(many.every((one) => one.stack === undefined), true);
});

Deno.test("DOMException + carries the class that newer engines have for a passed quota, as an exception of that name", () => {
  const { QuotaExceededError } = globalThis as { QuotaExceededError?: new (message: string) => DOMException };
  const error = QuotaExceededError ? new QuotaExceededError("m") : new DOMException("m", "QuotaExceededError");
  const back = copy(error);
  assertInstanceOf(back, DOMException);
  assertEquals([back.name, back.message, back.stack], ["QuotaExceededError", "m", error.stack]);
});

Deno.test("parse + makes errors for which no engine looks for a stack, and leaves the program's limit as it was", () => {
  const before = Object.getOwnPropertyDescriptor(Error, "stackTraceLimit")!;
  const texts = ['["~EError",{},{}]', '["~EAggregateError",{},{}]', '["~D","m","AbortError",null]'];
  for (const text of texts) {
    const set: unknown[] = [];
    Object.defineProperty(Error, "stackTraceLimit", {
      configurable: true,
      get: () => 7,
      set: (frames) => set.push(frames),
    });
    parse(`["~doze1",${text}]`);
    Object.defineProperty(Error, "stackTraceLimit", before);
    assertEquals(set, [0, 7]);
  }
  assertThrows(() => parse('["~doze1",["~EError",{"x":1},{}]]'), SerializerError);
  assertEquals(Object.getOwnPropertyDescriptor(Error, "stackTraceLimit"), before);
  assertLess(0, new Error("m").stack!.indexOf("error_kinds_test"));
});

Deno.test("parse + makes errors where the program has frozen the limit of their stacks", () => {
  const before = Object.getOwnPropertyDescriptor(Error, "stackTraceLimit")!;
  Object.defineProperty(Error, "stackTraceLimit", { ...before, writable: false });
  const error = copy(new RangeError("m"));
  Object.defineProperty(Error, "stackTraceLimit", before);
  assertEquals([error.message, error instanceof RangeError], ["m", true]);
});
