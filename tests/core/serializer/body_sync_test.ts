import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { InvalidOptionError } from "../../../core/errors.ts";
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

Deno.test("holdBody + takes what can be read at once, of any view its own bytes", () => {
  const { buffer } = Uint8Array.of(0x31, 0xff, 0x32, 0x33, 0xfe, 0x34, 0x35, 0x36);
  const bodies = [buffer, new Uint8Array(buffer, 1, 3), new DataView(buffer, 1, 3), new Uint16Array(buffer, 2, 2)];
  assertEquals(
    bodies.map((body) => new ResponseSync(body).bytes().join()),
    ["49,255,50,51,254,52,53,54", "255,50,51", "255,50,51", "50,51,254,52"],
  );
  assertEquals(new ResponseSync(new DataView(buffer, 5, 3)).text(), "456");
  assertEquals(new ResponseSync(new URLSearchParams({ a: "b c" })).text(), "a=b+c");
  assertEquals([new ResponseSync(undefined).text(), new ResponseSync(null).bytes().length], ["", 0]);
});

Deno.test("holdBody + refuses what would have to be awaited or guessed, and names the way", () => {
  const detached = new ArrayBuffer(4);
  const view = new Uint8Array(detached);
  structuredClone(detached, { transfer: [detached] });
  const form = new FormData();
  form.append("a", "b");
  const bodies = [{ a: 1 }, new Blob(["x"]), new ReadableStream(), [1, 2], form, 5, true, 1n, () => 1, Symbol()];
  for (const body of [...bodies, new Map(), new SharedArrayBuffer(2), detached, view]) {
    const uses = [
      () => new RequestSync("https://x.example/", { method: "POST", body: body as unknown as string }),
      () => new ResponseSync(body as unknown as string),
    ];
    for (const use of uses) {
      const error = assertThrows(use, InvalidOptionError);
      assertEquals([error.code, error.option], ["INVALID_OPTION", "body"]);
      assertMatch(error.message, /pass text, bytes or URLSearchParams, or await the static `from`/);
    }
  }
});
