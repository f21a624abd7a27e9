import { assertEquals, assertStrictEquals } from "@std/assert";
import { addKind, byPrototype, byTag } from "../../../core/serializer/kind.ts";

Deno.test("addKind + enters a kind under its tag and each of its classes, the last one counts", () => {
  class One {}
  class Two {}
  const first = addKind<One>([One], "~Ckind:test", "*", (_, tag) => [tag, 1], () => new One());
  assertStrictEquals(byPrototype.get(One.prototype), first);
  const kind = addKind<object>([One, Two], "~Ckind:test", "*", (_, tag) => [tag, 1], () => new Two());
  assertStrictEquals(byTag.get("~Ckind:test"), kind);
  assertEquals([One, Two].map(({ prototype }) => byPrototype.get(prototype) === kind), [true, true]);
});
