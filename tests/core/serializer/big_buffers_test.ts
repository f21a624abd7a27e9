import { assert, assertEquals } from "@std/assert";
import { BIG_BUFFER, cutBuffers } from "../../../core/serializer/big_buffers.ts";
import { parse, preprocess, stringify } from "../../../core/serializer/mod.ts";

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
  const cut: string[] = [];
  const rest = cutBuffers(text, cut);
  assertEquals(cut.map((base64) => base64.length), [6668, 5336]);
  assert(rest.length < 200);
  assertEquals(parse(text), buffers(4, 5000, 4000));
});

Deno.test("cutBuffers + is not deceived by strings that look like buffers", () => {
  const fake = `["~A","${"A".repeat(2000)}"]]`;
  const value = [fake, "[", { [fake]: buffers(2000) }, buffers(3000)];
  assertEquals(parse(stringify(value)), value);
  assertEquals(parse(JSON.stringify([fake])), [fake]);
  for (const text of [`["~doze1","${"A".repeat(2000)}"]`, `["~doze1","${"A".repeat(2000)}`, '["~doze1","A",1]']) {
    assertEquals(cutBuffers(text, []), text);
  }
});
