import { assertEquals } from "@std/assert";
import { isPlatformFailure } from "../../../adapters/cloudflare/platform_failure.ts";

Deno.test("isPlatformFailure() knows the mark that Cloudflare sets", () => {
  assertEquals(isPlatformFailure(Object.assign(new Error("x"), { durableObjectReset: true })), true);
});

Deno.test("isPlatformFailure() leaves an overloaded object or API to the handler's retries", () => {
  const called = Object.assign(new Error("Durable Object is overloaded. Too many requests queued."), {
    overloaded: true,
  });
  assertEquals(isPlatformFailure(called), false);
  for (
    const message of [
      '529 {"type":"overloaded_error","message":"Overloaded"}',
      "pipe broken by peer",
      "the model exceeded its memory",
      "cannot reach the Durable Object storage proxy",
      "Durable Objects' docs say so",
    ]
  ) assertEquals(isPlatformFailure(new Error(message)), false, message);
});

Deno.test("isPlatformFailure() survives values that cannot be looked at", () => {
  const throwing = {
    get durableObjectReset(): boolean {
      throw new RangeError("no");
    },
  };
  assertEquals(isPlatformFailure(throwing), false);
  assertEquals(isPlatformFailure({ message: Object.create(null) }), false);
});

Deno.test("isPlatformFailure() knows the messages of errors without a mark", () => {
  const messages = [
    "Durable Object reset because its code was updated.",
    "Durable Object storage operation exceeded timeout which caused object to be reset.",
    "Durable Object exceeded its CPU time limit and was reset.",
    "Durable Object's isolate exceeded its memory limit and was reset.",
    "The Durable Object's code has been updated, this version can no longer access storage.",
    "Durable Object storage is no longer accessible.",
    "Internal error in Durable Object storage write caused object to be reset; reference = abc",
  ];
  for (const message of messages) assertEquals(isPlatformFailure(new Error(message)), true, message);
});

Deno.test("isPlatformFailure() takes no application error for the platform's", () => {
  for (
    const value of [new RangeError("out of range"), "reset", null, undefined, 5, {}, new Error("memory of a fish")]
  ) {
    assertEquals(isPlatformFailure(value), false);
  }
});
