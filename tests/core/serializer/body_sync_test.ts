import { assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import { InvalidOptionError } from "../../../core/errors.ts";
import { holdBody } from "../../../core/serializer/body_sync.ts";
import {
  BodySync,
  RequestSync,
  ResponseSync,
  SerializerError,
  type SnapshotOptions,
} from "../../../core/serializer/mod.ts";

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

function messageOf(body: BodyInit): (Request | Response)[] {
  const init = { method: "POST", body, duplex: "half" };
  return [new Request("https://x.example/", init), new Response(body)];
}

function from(native: Request | Response, options?: SnapshotOptions): Promise<BodySync> {
  return native instanceof Request ? RequestSync.from(native, options) : ResponseSync.from(native, options);
}

Deno.test("readMessage + refuses a cap that is none, before it reads", async () => {
  for (const maxBytes of [NaN, -1, "10", null, {}]) {
    for (const native of messageOf("x".repeat(100))) {
      const error = await assertRejects(() => from(native, { maxBytes: maxBytes as number }), InvalidOptionError);
      assertEquals([error.option, native.bodyUsed], ["maxBytes", false]);
    }
  }
});

Deno.test("readMessage + refuses a body that someone else is reading", async () => {
  for (const native of messageOf("x")) {
    const reader = native.body!.getReader();
    assertEquals((await assertRejects(() => from(native), SerializerError)).code, "BODY_USED");
    await reader.cancel();
  }
});

Deno.test("readMessage + refuses a stream of text, which no cap could count, and cancels it", async () => {
  for (const chunk of ["text", 5, null, {}]) {
    let cancelled = false;
    const stream = new ReadableStream({
      pull: (controller) => controller.enqueue(chunk),
      cancel: () => void (cancelled = true),
    });
    const error = await assertRejects(() => from(new Response(stream), { maxBytes: 10 }), InvalidOptionError);
    assertEquals([error.option, cancelled], ["body", true]);
  }
});

Deno.test("holdHeaders + refuses names and values that are none with an error of ours", () => {
  const inits = [{ "a b": "c" }, { a: "b\r\nc: d" }, { a: "\0" }, [["a"]], { "": "x" }];
  for (const headers of inits as HeadersInit[]) {
    for (
      const use of [() => new RequestSync("https://x.example/", { headers }), () => new ResponseSync("", { headers })]
    ) {
      const error = assertThrows(use, InvalidOptionError);
      assertEquals([error.code, error.option, error.value], ["INVALID_OPTION", "headers", headers]);
    }
  }
});
