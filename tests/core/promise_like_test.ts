import { assert } from "@std/assert";
import { isPromiseLike } from "../../core/promise_like.ts";

Deno.test("isPromiseLike() knows promises and other thenables", () => {
  assert(isPromiseLike(Promise.resolve()));
  assert(isPromiseLike({ then: (resolve: () => void) => resolve() }));
});

Deno.test("isPromiseLike() knows a promise that is a function, as Workers RPC returns it", () => {
  assert(isPromiseLike(Object.assign(() => {}, { then: (resolve: () => void) => resolve() })));
});

Deno.test("isPromiseLike() takes nothing else for one", () => {
  for (const value of [undefined, null, 0, "then", {}, { then: 1 }, () => {}]) assert(!isPromiseLike(value));
});
