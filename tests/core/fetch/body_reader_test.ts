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
  const reading = readBody(stream, 10, { signal: controller.signal });
  controller.abort();
  await cancelled.promise;
  await reading;
});

/** A byte stream, whose reader has Cloudflare's `readAtLeast` while `run` does: other runtimes lack it. */
async function withReadAtLeast<T>(run: () => Promise<T>): Promise<T> {
  const prototype = ReadableStreamBYOBReader.prototype;
  async function readAtLeast(this: ReadableStreamBYOBReader, least: number, view: Uint8Array<ArrayBuffer>) {
    let size = 0;
    let free = view;
    while (size < least) {
      const { done, value = new Uint8Array(0) } = await this.read(free);
      size += value.byteLength;
      if (done) return { done: size === 0, value: new Uint8Array(value.buffer, 0, size) };
      free = new Uint8Array(value.buffer, size);
    }
    return { done: false, value: new Uint8Array(free.buffer, 0, size) };
  }
  Object.defineProperty(prototype, "readAtLeast", { configurable: true, value: readAtLeast });
  try {
    return await run();
  } finally {
    Reflect.deleteProperty(prototype, "readAtLeast");
  }
}

/** A stream of bytes, as the body of a fetch is. */
function bytesOf(chunks: Uint8Array[]): { stream: ReadableStream<Uint8Array>; cancelled: () => boolean } {
  let cancelled = false;
  const left = chunks.filter((chunk) => chunk.byteLength > 0).map((chunk) => chunk.slice());
  const stream = new ReadableStream({
    type: "bytes",
    pull(controller) {
      const chunk = left.shift();
      if (chunk !== undefined) return controller.enqueue(chunk);
      controller.close();
      controller.byobRequest?.respond(0);
    },
    cancel: () => void (cancelled = true),
  });
  return { stream, cancelled: () => cancelled };
}

Deno.test("readBody reads a body whose size is announced at once, and believes no announcement", async () => {
  await withReadAtLeast(async () => {
    const chunks = fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 6 });
    await fc.assert(fc.asyncProperty(chunks, fc.nat(100), fc.nat(100), async (list, cap, announced) => {
      const whole = list.flatMap((chunk) => [...chunk]);
      for (const source of [bytesOf(list), streamOf(list)]) {
        const bytes = await readBody(source.stream, cap, { announced });
        const all = bytes && [...bytes];
        assertEquals(all, whole.length <= cap ? whole : undefined, `${whole.length} ${cap} ${announced}`);
      }
    }));
  });
});

Deno.test("readBody sets no room aside for an announcement that is large, or no number", async () => {
  await withReadAtLeast(async () => {
    for (const announced of [65_537, 1e12, NaN, Infinity, -1, 0.5]) {
      const { stream } = bytesOf([new Uint8Array(3)]);
      assertEquals((await readBody(stream, 10, { announced }))?.byteLength, 3);
    }
  });
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
