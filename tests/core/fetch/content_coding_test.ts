import { assert, assertEquals } from "@std/assert";
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

Deno.test("isDecoded: every runtime undoes gzip and br, whatever is in them", () => {
  for (const encoding of ["gzip", "GZIP", " br "]) {
    for (const bytes of [TEXT, gzipSync(TEXT), new Uint8Array(0)]) assertEquals(isUndone(encoding, bytes), true);
  }
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
