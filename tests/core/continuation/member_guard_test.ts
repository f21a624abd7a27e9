import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { checkMethod, readMember } from "../../../core/continuation/member_guard.ts";
import { UnknownMethodError } from "../../../core/errors.ts";

class Base {
  platform(): void {}
}

class Origin extends Base {
  own = (): string => "own property";
  get computed(): () => string {
    return () => "getter";
  }
  method(): string {
    return "method";
  }
}

class Derived extends Origin {
  further(): string {
    return "further";
  }
}

Deno.test("checkMethod() finds methods on the whole class chain below the base", () => {
  const origin = new Derived();
  assertStrictEquals(checkMethod(origin, Base.prototype, "method"), Origin.prototype.method);
  assertStrictEquals(checkMethod(origin, Base.prototype, "further"), Derived.prototype.further);
});

Deno.test("checkMethod() finds the base's methods only when no base is given", () => {
  assertThrows(() => checkMethod(new Derived(), Base.prototype, "platform"), UnknownMethodError);
  assertStrictEquals(checkMethod(new Derived(), null, "platform"), Base.prototype.platform);
});

Deno.test("checkMethod() refuses everything that is not a method of the class", () => {
  const names = [
    "constructor",
    "__proto__",
    "prototype",
    "toString",
    "valueOf",
    "hasOwnProperty",
    "__defineGetter__",
    "own",
    "computed",
    "missing",
    "",
  ];
  for (const name of names) {
    const error = assertThrows(() => checkMethod(new Derived(), Base.prototype, name), UnknownMethodError);
    assertEquals([error.code, error.method], ["UNKNOWN_METHOD", name]);
  }
});

Deno.test("checkMethod() does not let a class override a base's method for a continuation", () => {
  class Overriding extends Base {
    override platform(): void {}
  }
  assertThrows(() => checkMethod(new Overriding(), Base.prototype, "platform"), UnknownMethodError);
});

Deno.test("checkMethod() names the class, whatever the origin's constructor is", () => {
  assertThrows(() => checkMethod(new Derived(), null, "missing"), UnknownMethodError, '"Derived"');
  assertThrows(() => checkMethod(Object.create(null), null, "missing"), UnknownMethodError, '"Object"');
});

Deno.test("readMember() reads own and inherited members of values", () => {
  assertEquals(readMember({ status: 200 }, "status"), 200);
  assertEquals(readMember("text", "length"), 4);
  assertStrictEquals(readMember([], "join", "function"), Array.prototype.join);
});

Deno.test("readMember() refuses the language's machinery, missing members and values without any", () => {
  const refused: [unknown, string][] = [
    [{}, "constructor"],
    [{}, "__proto__"],
    [{}, "toString"],
    [{}, "missing"],
    [() => {}, "call"],
    [null, "x"],
    [undefined, "x"],
    [5, "constructor"],
  ];
  for (const [value, name] of refused) assertThrows(() => readMember(value, name), UnknownMethodError);
});

Deno.test("readMember() refuses to hand out a plain member where a method is to be called", () => {
  assertThrows(() => readMember({ status: 200 }, "status", "function"), UnknownMethodError);
});

Deno.test("readMember() reads a getter with the value as its receiver", () => {
  assertEquals(readMember(new Map([[1, 2]]), "size"), 1);
});
