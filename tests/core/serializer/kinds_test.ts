import { assert, assertEquals } from "@std/assert";
import { isBuiltIn, kindOfError, kindOfPrototype, kindOfTag } from "../../../core/serializer/kinds.ts";

Deno.test("kindOfTag + each tag leads back to its kind", () => {
  for (const { prototype } of [Date, Map, Set, RegExp, ArrayBuffer, Uint8Array, DataView, URL, Headers, BigInt]) {
    const kind = kindOfPrototype(prototype);
    assert(kind && kindOfTag(kind.tag) === kind && isBuiltIn(prototype));
  }
  assertEquals([kindOfTag("constructor"), kindOfTag("~Z"), kindOfTag(undefined)], [undefined, undefined, undefined]);
});

Deno.test("kindOfError + takes errors alone", () => {
  assertEquals(kindOfError(new TypeError())?.tag, "~E");
  assertEquals(kindOfError(new DOMException())?.tag, "~D");
  assertEquals(kindOfError({}), undefined);
});
