import { assert, assertEquals } from "@std/assert";
import { byPrototype, byTag, kindOfError } from "../../../core/serializer/kinds.ts";

Deno.test("byTag + each tag leads back to its kind", () => {
  const classes = [Date, Map, Set, RegExp, ArrayBuffer, Uint8Array, DataView, URL, Headers, BigInt, TypeError];
  for (const { prototype } of classes) {
    const kind = byPrototype.get(prototype);
    assert(kind && byTag.get(kind.tag) === kind);
  }
  for (const tag of ["constructor", "~Z", "~V", "~VObject", "~VSharedArrayBuffer"]) {
    assertEquals(byTag.get(tag), undefined);
  }
});

Deno.test("kindOfError + takes errors of any class, as their nearest built-in base", () => {
  class Own extends TypeError {}
  assertEquals([kindOfError(new TypeError())?.tag, kindOfError(new Own())?.tag], ["~ETypeError", "~ETypeError"]);
  assertEquals(kindOfError(new (class extends Error {})())?.tag, "~EError");
  assertEquals(kindOfError(new (class extends DOMException {})()), undefined);
  assertEquals(kindOfError(new (class extends Map {})()), undefined);
});
