import { assertEquals } from "@std/assert";
import { isPlatformFailure } from "../../../adapters/cloudflare/platform_failure.ts";

Deno.test("isPlatformFailure() knows the marks that Cloudflare sets", () => {
  assertEquals(isPlatformFailure(Object.assign(new Error("x"), { durableObjectReset: true })), true);
  assertEquals(isPlatformFailure(Object.assign(new Error("x"), { overloaded: true })), true);
});

Deno.test("isPlatformFailure() knows the messages of errors without a mark", () => {
  const messages = [
    "Durable Object reset because its code was updated.",
    "Durable Object storage operation exceeded timeout which caused object to be reset.",
    "Durable Object exceeded its CPU time limit and was reset.",
    "Durable Object's isolate exceeded its memory limit and was reset.",
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
