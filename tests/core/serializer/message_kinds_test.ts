import { assertEquals, assertThrows } from "@std/assert";
import { parse, RequestSync, ResponseSync, SerializerError, stringify } from "../../../core/serializer/mod.ts";

Deno.test("ResponseSync on the wire + headers that arrived are sent on as they are", () => {
  const text = stringify(new ResponseSync("~body", { headers: { "X-A": "1" } }));
  assertEquals(text, '["~doze1",["~P",200,"","",false,"x-a: 1\\n","~~body"]]');
  assertEquals(stringify(parse(text)), text);
});

Deno.test("RequestSync on the wire + what arrives can be sent", () => {
  const sent = parse(stringify(new RequestSync("https://x.example/", { method: "POST", body: "b" }))) as RequestSync;
  assertEquals(sent.toRequest().method, "POST");
  const wire = (method: string): string => `["~doze1",["~Q","https://x.example/","${method}","follow","",null]]`;
  for (const method of ["CONNECT", "trace", "", "A\\nB"]) assertThrows(() => parse(wire(method)), SerializerError);
});
