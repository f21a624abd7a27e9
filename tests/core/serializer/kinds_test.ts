import { assert, assertEquals, assertInstanceOf, assertStrictEquals } from "@std/assert";
import { parse, stringify } from "../../../core/serializer/mod.ts";

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

Deno.test("Array + holes and properties that agree in number are told from a dense array", () => {
  const value = Object.assign([1, , 3], { name: "n" });
  const back = copy(value);
  assertEquals([back.length, 1 in back, back.name], [3, false, "n"]);
  const light = copy([Object.assign([1], { a: 1 }), [, 1]]);
  assertEquals([Object.keys(light[0]), 0 in light[1]], [["0", "a"], false]);
});

Deno.test("ArrayBuffer + resizable ones travel as their bytes, tracking views as views of that length", () => {
  const buffer = new ArrayBuffer(4, { maxByteLength: 8 });
  const view = new Uint8Array(buffer);
  buffer.resize(6);
  view[5] = 9;
  const back = copy({ buffer, view });
  assertEquals([back.buffer.byteLength, back.view.length, back.view[5]], [6, 6, 9]);
  assertStrictEquals(back.view.buffer, back.buffer);
});

Deno.test("Headers + nothing inherited, everything kept", () => {
  const headers = copy(new Headers([["set-cookie", "a=1; Path=/, b"], ["set-cookie", "c"]]));
  assertEquals(headers.getSetCookie(), ["a=1; Path=/, b", "c"]);
});
