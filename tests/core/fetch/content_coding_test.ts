import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import { systemClock } from "../../../core/clock.ts";
import { isDecoded } from "../../../core/fetch/content_coding.ts";
import { FetchError } from "../../../core/fetch/fetch_error.ts";
import { runFetch } from "../../../core/fetch/run_fetch.ts";
import { jobFor, serveHttp } from "../unruly_server.ts";

const TEXT = new TextEncoder().encode('{"hello":"world"}');

function isUndone(encoding: string | null, bytes: Uint8Array, length: string | null = null): boolean {
  return isDecoded(encoding, length, bytes);
}

Deno.test("isDecoded: a body without an encoding, or with an unknown one, was not decoded", () => {
  for (const encoding of [null, "", "identity", "compress", "dcb", "gzip, sdch", "toString"]) {
    assertEquals(isUndone(encoding, TEXT), false, String(encoding));
  }
});

Deno.test("isDecoded tells gzip and br that a runtime has left, in capitals or asked for so, from what it has undone", () => {
  for (const [encoding, compress] of [["gzip", gzipSync], ["GZIP", gzipSync], [" br ", brotliCompressSync]] as const) {
    for (const text of ["x", '{"hello":"world"}', "a".repeat(1_000), "é\t\r\n€", crypto.randomUUID().repeat(20)]) {
      const plain = new TextEncoder().encode(text);
      const compressed = new Uint8Array(compress(plain));
      const length = String(compressed.byteLength);
      assertEquals(isUndone(encoding, compressed, length), false, `${encoding} ${text}`);
      assertEquals(isUndone(encoding, plain, length), true, `${encoding} ${text}`);
      assertEquals(isUndone(encoding, plain), true, `${encoding} ${text}`);
    }
  }
});

Deno.test("isDecoded tells gzip without a length by its first bytes; Brotli counts as undone then", () => {
  assertEquals(isUndone("gzip", gzipSync(TEXT)), false);
  assertEquals(isUndone("br", brotliCompressSync(TEXT)), true);
});

Deno.test("isDecoded does not take an archive inside for what is left of gzip", () => {
  const archive = gzipSync(crypto.getRandomValues(new Uint8Array(100)));
  const sent = gzipSync(archive);
  assertEquals(isUndone("gzip", archive, String(sent.byteLength)), true);
  assertEquals(isUndone("gzip", sent, String(sent.byteLength)), false);
});

Deno.test("isDecoded takes a text for one that Brotli made no shorter", () => {
  fc.assert(fc.property(fc.string({ unit: "grapheme-ascii", minLength: 1 }), (text) => {
    const plain = new TextEncoder().encode(text);
    const compressed = new Uint8Array(brotliCompressSync(plain));
    assertEquals(isUndone("br", plain, String(plain.byteLength)), true);
    assertEquals(isUndone("br", compressed, String(compressed.byteLength)), false);
  }));
});

Deno.test("isDecoded tells by the first bytes whether another encoding is still there", () => {
  const cases: [string, (bytes: Uint8Array) => Uint8Array][] = [
    ["x-gzip", gzipSync],
    ["X-GZIP", gzipSync],
    ["deflate", deflateSync],
    ["deflate", (bytes) => deflateSync(bytes, { level: 1 })],
    ["deflate", (bytes) => deflateSync(bytes, { level: 9, windowBits: 9 })],
    ["zstd", zstdCompressSync],
    ["gzip, gzip", gzipSync],
    ["br, deflate", deflateSync],
  ];
  for (const [encoding, compress] of cases) {
    assertEquals([isUndone(encoding, compress(TEXT)), isUndone(encoding, TEXT)], [false, true], encoding);
    assertEquals(isUndone(encoding, new Uint8Array(0)), true, encoding);
    assertEquals(isUndone(encoding, TEXT.subarray(0, 1)), true, encoding);
  }
});

Deno.test("isDecoded: several encodings with Brotli on top cannot be told, and count as they came", () => {
  assertEquals(isUndone("gzip, br", TEXT), false);
});

Deno.test("isDecoded knows raw deflate by its length, where that was sent", () => {
  const raw = deflateRawSync(TEXT);
  assertEquals(isUndone("deflate", raw, String(raw.byteLength)), false);
  assertEquals(isUndone("deflate", TEXT, String(raw.byteLength)), true);
});

Deno.test("runFetch decompresses, or leaves a body with its headers as they are, whatever the encoding", async () => {
  const codings: Record<string, (bytes: Uint8Array) => Uint8Array> = {
    ...{ "gzip": gzipSync, "x-gzip": gzipSync, "br": brotliCompressSync, "deflate": deflateSync },
    "zstd": zstdCompressSync,
  };
  const plain = new TextEncoder().encode("a".repeat(1_000));
  await using server = serveHttp((request) => {
    const coding = new URL(request.url).pathname.slice(1);
    const body = new Uint8Array(codings[coding](plain));
    return new Response(body, { headers: { "content-encoding": coding, "content-length": String(body.byteLength) } });
  });
  for (const [coding, compress] of Object.entries(codings)) {
    const response = await runFetch(jobFor(`${server.origin}/${coding}`), { fetch, clock: systemClock });
    if (response instanceof FetchError) throw response;
    const headers = ["content-encoding", "content-length"].map((name) => response.headers.get(name));
    const compressed = new Uint8Array(compress(plain));
    const isPlain = response.bytes().byteLength === plain.byteLength;
    assertEquals(response.bytes(), isPlain ? plain : compressed, coding);
    assertEquals(headers, isPlain ? [null, null] : [coding, String(compressed.byteLength)], coding);
    if (coding === "gzip" || coding === "br") assert(isPlain, coding);
  }
});

Deno.test("runFetch keeps the header of a body that the runtime leaves compressed, since it was asked for identity", async () => {
  const plain = new TextEncoder().encode("a".repeat(1_000));
  const codings = { gzip: gzipSync(plain), br: brotliCompressSync(plain) };
  await using server = serveHttp((request) => {
    const coding = new URL(request.url).pathname.slice(1) as keyof typeof codings;
    const body = new Uint8Array(codings[coding]);
    return new Response(body, { headers: { "content-encoding": coding, "content-length": String(body.byteLength) } });
  });
  for (const [coding, compressed] of Object.entries(codings)) {
    const headers: [string, string][][] = [[["accept-encoding", "identity"]], [["range", "bytes=0-100"]]];
    for (const init of headers) {
      const job = jobFor(`${server.origin}/${coding}`, { headers: init });
      const response = await runFetch(job, { fetch, clock: systemClock });
      if (response instanceof FetchError) throw response;
      const isPlain = response.bytes().byteLength === plain.byteLength;
      assertEquals(response.headers.get("content-encoding"), isPlain ? null : coding);
      assertEquals(response.bytes(), isPlain ? plain : new Uint8Array(compressed));
    }
  }
});
