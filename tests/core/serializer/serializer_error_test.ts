import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { DozeError } from "../../../core/errors.ts";
import { SerializerError } from "../../../core/serializer/mod.ts";

Deno.test("SerializerError + holds its cause and place, and no field that does not apply", () => {
  const cause = new RangeError("r");
  const error = new SerializerError("MALFORMED", "m", { path: "$[1]", cause });
  assert(error instanceof DozeError);
  assertEquals([error.name, error.code, error.path, error.message], ["SerializerError", "MALFORMED", "$[1]", "m"]);
  assertStrictEquals(error.cause, cause);
  assert(!("cause" in new SerializerError("MALFORMED", "m")));
  assertEquals(new SerializerError("INVALID_JSON", "m", { offset: 0 }).offset, 0);
  assertEquals(new SerializerError("BODY_TOO_LARGE", "m", { received: 9 }).received, 9);
});
