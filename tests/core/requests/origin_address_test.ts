import { assertEquals } from "@std/assert";
import { isOriginAddress } from "../../../core/requests/origin_address.ts";

Deno.test("isOriginAddress accepts a name and an id, and nothing less", () => {
  assertEquals(isOriginAddress({ name: "Agent", id: "0123" }), true);
  for (const other of [null, undefined, "Agent", {}, { name: "Agent" }, { id: "1" }, { name: 1, id: "1" }]) {
    assertEquals(isOriginAddress(other), false);
  }
});
