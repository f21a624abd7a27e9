import { assert, assertEquals, assertLess, assertThrows } from "@std/assert";
import { parse, SerializerError, stringify } from "../../../core/serializer/mod.ts";

function refusal(text: string, options?: object): SerializerError {
  return assertThrows(() => parse(text, options), SerializerError);
}

Deno.test("parse + names the place in the JSON", () => {
  assertEquals(refusal('["~doze1",{"a":[1,["~Z"]]}]').path, "$[1].a[1][0]");
  assertEquals(refusal('["~doze1",{"a":"~2"},{"b":["~9"]}]').path, "$[2].b[0]");
  assertEquals(refusal('["~doze1",["~M","k",{"b":["~9"]}]]').path, "$[1][2].b[0]");
});

Deno.test("parse + keeps to the caps of its options", () => {
  assertEquals(refusal("[[[1]]]", { maxDepth: 2 }).code, "LIMIT_EXCEEDED");
  assertEquals(refusal('["~doze1",[[["~u"]]]]', { maxDepth: 2 }).code, "LIMIT_EXCEEDED");
  assertEquals(parse('["~doze1",[["~u"]]]', { maxDepth: 2 }), [[undefined]]);
  assertEquals(refusal('["~doze1",["~I","123"]]', { maxBigIntDigits: 2 }).code, "LIMIT_EXCEEDED");
  assertEquals(refusal('["~doze1",["~R","abc","",0]]', { maxRegExpLength: 2 }).code, "LIMIT_EXCEEDED");
  assertEquals(refusal(`["~doze1",["~R",${JSON.stringify("a".repeat(10_001))},"",0]]`).code, "LIMIT_EXCEEDED");
  assertEquals(refusal(`["~doze1",["~I","${"1".repeat(100_001)}"]]`).code, "LIMIT_EXCEEDED");
});

Deno.test("parse + a depth of 100,000 in one entry costs no stack", () => {
  const text = `["~doze1",${"[".repeat(100_000)}"~u"${"]".repeat(100_000)}]`;
  let depth = 0;
  for (let at = parse(text); Array.isArray(at); at = at[0]) depth++;
  assertEquals(depth, 100_000);
  assertEquals(refusal(text, { maxDepth: 99_999 }).code, "LIMIT_EXCEEDED");
});

Deno.test("parse + takes no memory for lengths that a text only claims", () => {
  const text = `["~doze1",[${Array(200).fill('["~L",30000000]').join()}]]`;
  const before = Deno.memoryUsage().rss;
  const value = parse(text) as unknown[][];
  assertEquals(value.map((array) => array.length), Array(200).fill(30_000_000));
  assertLess(Deno.memoryUsage().rss - before, 100_000_000);
});

Deno.test("parse + makes a buffer once, however often it is named", () => {
  const text = stringify(new Uint8Array(4096));
  assert(text.startsWith('["~doze1","AAAA') && text.endsWith('",["~VUint8Array",["~A","~-1"],0,4096]]'));
  assertEquals((parse(text) as Uint8Array).length, 4096);
  for (const name of ["~-2", "~-0", "~-0.5", "~-01", "~ -1"]) {
    assertEquals(refusal(text.replace("~-1", name)).code, "MALFORMED");
  }
  assertEquals(
    refusal(text.replace('["~VUint8Array",["~A","~-1"],0,4096]', '[["~A","~-1"],["~A","~-1"]]')).code,
    "MALFORMED",
  );
});

Deno.test("parse + is linear in the length of hostile chains of references", () => {
  const chain = (length: number): string => `["~doze1",${Array.from({ length }, (_, i) => `["~${i + 2}"]`).join()},{}]`;
  let depth = 0;
  for (let at = parse(chain(50_000)); Array.isArray(at); at = at[0]) depth++;
  assertEquals(depth, 50_000);
});

Deno.test("parse + an error's parts are complete, however deep they were first met", () => {
  for (let depth = 490; depth < 510; depth++) {
    const deep = "[".repeat(depth) + '"~3"' + "]".repeat(depth);
    const [, error] = parse(`["~doze1",[${deep},"~2"],["~EError",{"cause":"~3"},{}],{"at":["~T",5]}]`) as Error[];
    assertEquals(error.cause, { at: new Date(5) });
  }
});
