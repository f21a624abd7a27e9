import { assertEquals } from "@std/assert";
import { holdBody } from "../../../core/serializer/body_sync.ts";
import { BodySync, RequestSync, ResponseSync } from "../../../core/serializer/mod.ts";

Deno.test("holdBody + holds bytes as text exactly when the text gives the same bytes", () => {
  const bodies = [[0x61], [0xc3, 0xa9], [0xef, 0xbb, 0xbf, 0x61], [0xc3], [0xed, 0xa0, 0x80], [0xff, 0xfe], []];
  for (const bytes of bodies.map((body) => Uint8Array.from(body))) {
    const held = holdBody(bytes);
    assertEquals(typeof held === "string" ? new TextEncoder().encode(held) : held, bytes);
  }
  assertEquals(
    bodies.map((body) => typeof holdBody(Uint8Array.from(body))).join(),
    "string,string,string,object,object,object,string",
  );
});

Deno.test("BodySync + requests and responses share it", () => {
  const messages: BodySync[] = [new RequestSync("https://x.example/"), new ResponseSync()];
  for (const message of messages) assertEquals([message instanceof BodySync, message.text()], [true, ""]);
});
