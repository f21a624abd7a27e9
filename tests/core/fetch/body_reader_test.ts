import { assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { discard, headerBytes, readBody } from "../../../core/fetch/body_reader.ts";

/** A stream of chunks that notes whether it was cancelled. */
function streamOf(chunks: Uint8Array[]): { stream: ReadableStream<Uint8Array>; cancelled: () => boolean } {
  let cancelled = false;
  const left = [...chunks];
  const stream = new ReadableStream<Uint8Array>({
    pull(controller) {
      const chunk = left.shift();
      if (chunk === undefined) controller.close();
      else controller.enqueue(chunk);
    },
    cancel: () => void (cancelled = true),
  }, { highWaterMark: 0 });
  return { stream, cancelled: () => cancelled };
}

Deno.test("readBody brings all bytes, or none when they exceed the cap", async () => {
  const chunks = fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 10 });
  await fc.assert(fc.asyncProperty(chunks, fc.nat(120), async (list, cap) => {
    const whole = list.flatMap((chunk) => [...chunk]);
    const { stream, cancelled } = streamOf(list);
    const bytes = await readBody(stream, cap);
    assertEquals(bytes && [...bytes], whole.length <= cap ? whole : undefined);
    assertEquals(cancelled(), whole.length > cap);
  }));
});

Deno.test("readBody reads no body as empty", async () => {
  assertEquals(await readBody(null, 0), new Uint8Array(0));
});

Deno.test("readBody rejects with what the stream fails with", async () => {
  const stream = new ReadableStream<Uint8Array>({ pull: (controller) => controller.error(new RangeError("broken")) });
  await assertRejects(() => readBody(stream, 10), RangeError, "broken");
});

Deno.test("readBody cancels a stream that hangs when its signal is aborted", async () => {
  const controller = new AbortController();
  const cancelled = Promise.withResolvers<void>();
  const stream = new ReadableStream<Uint8Array>({ cancel: () => cancelled.resolve() });
  const reading = readBody(stream, 10, controller.signal);
  controller.abort();
  await cancelled.promise;
  await reading;
});

Deno.test("discard cancels what is there and fails on nothing", async () => {
  const { stream, cancelled } = streamOf([new Uint8Array(1)]);
  discard(stream);
  assertEquals(cancelled(), true);
  discard(null);
  discard({ cancel: () => Promise.reject(new TypeError("already broken")) });
  await Promise.resolve();
});

Deno.test("headerBytes counts names and values", () => {
  assertEquals(headerBytes(new Headers()), 0);
  assertEquals(headerBytes(new Headers([["ab", "cde"], ["set-cookie", "x=1"], ["set-cookie", "y=2"]])), 5 + 13 + 13);
});
