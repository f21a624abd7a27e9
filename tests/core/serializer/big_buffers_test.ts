import { assert, assertEquals, assertThrows } from "@std/assert";
import { BIG_BUFFER, cutBuffers, takeBuffers } from "../../../core/serializer/big_buffers.ts";
import { parse, preprocess, SerializerError, stringify } from "../../../core/serializer/mod.ts";
import { HEADER } from "../../../core/serializer/wire.ts";

function buffers(...sizes: number[]): Uint8Array[] {
  return sizes.map((size) => Uint8Array.from({ length: size }, (_, i) => i * 7));
}

Deno.test("joinBuffers + gives the text that JSON.stringify gives", () => {
  const shared = new Map();
  for (const sizes of [[5000], [10, BIG_BUFFER, 10, 5000], [BIG_BUFFER - 1], [3000, 3000, 3000]]) {
    const value = { list: buffers(...sizes), shared, again: [shared] };
    assertEquals(stringify(value), JSON.stringify(preprocess(value)));
    assertEquals(parse(stringify(value)), value);
  }
});

Deno.test("cutBuffers + takes big buffers out of a text, small ones stay", () => {
  const text = stringify(buffers(4, 5000, 4000));
  const cut: Record<string, string> = {};
  const rest = cutBuffers(text, cut);
  assertEquals(Object.entries(cut).map(([name, base64]) => [name, base64.length]), [["~-1", 6668], ["~-2", 5336]]);
  assert(rest.length < 200);
  assertEquals(parse(text), buffers(4, 5000, 4000));
});

Deno.test("cutBuffers + is not deceived by strings that look like buffers", () => {
  const fake = `["~A","${"A".repeat(2000)}"]]`;
  const value = [fake, "[", { [fake]: buffers(2000) }, buffers(3000)];
  assertEquals(parse(stringify(value)), value);
  assertEquals(parse(JSON.stringify([fake])), [fake]);
  for (const text of [`["~doze1","${"A".repeat(2000)}"]`, `["~doze1","${"A".repeat(2000)}`, '["~doze1","A",1]']) {
    assertEquals(cutBuffers(text, {}), text);
  }
});

Deno.test("parse + reads big buffers whatever the white space and the escapes between them", () => {
  const value = { list: buffers(3000, 10, 900, 5000), text: "~" };
  const text = stringify(value);
  const [, first, second] = JSON.parse(text) as string[];
  const spaced = [
    JSON.stringify(JSON.parse(text), null, 2),
    text.replace('["~doze1",', '["~doze1", '),
    text.replace(`"${first}",`, `"${first}" ,`),
    text.replace(`"${first}",`, `"${first}", `),
    text.replaceAll("/", "\\/"),
    text.replace(`"${second}"`, `"\\u${second.charCodeAt(0).toString(16).padStart(4, "0")}${second.slice(1)}"`),
    ` ${text}`,
  ];
  assertEquals(new Set(spaced).size, spaced.length);
  for (const other of spaced) assertEquals(parse(other), value);
});

Deno.test("takeBuffers + takes strings after the header up to the first that starts with a tilde", () => {
  const table = [HEADER, "AAAA", "", "~u", "BBBB"];
  const found: Record<string, unknown> = { "~-1": "cut" };
  takeBuffers(table, found);
  assertEquals([table, found], [[HEADER, "~u", "BBBB"], { "~-1": "cut", "~-2": "AAAA", "~-3": "" }]);
  const many = [HEADER, ...Array(300_000).fill(""), "~u"];
  takeBuffers(many, found);
  assertEquals([many, Object.keys(found).length], [[HEADER, "~u"], 300_003]);
});

Deno.test("parse + takes a long string that starts with a tilde for no buffer", () => {
  const long = `~~${"A".repeat(2000)}`;
  for (const text of [`["~doze1","${long}"]`, `["~doze1","${long}",1]`, `["~doze1", "${long}",1]`]) {
    assertEquals(parse(text), long.slice(1));
  }
});

Deno.test("parse + refuses what is no JSON where a buffer stands, used or not", () => {
  const raw = "\n\0".repeat(1000);
  for (const rest of ["5", '["~A","~-1"]', '["~-1"]']) {
    assertThrows(() => parse(`["~doze1","${raw}",${rest}]`), SerializerError);
  }
});
