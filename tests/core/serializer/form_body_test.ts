import { assertEquals, assertThrows } from "@std/assert";
import { ResponseSync, SerializerError } from "../../../core/serializer/mod.ts";

Deno.test("formData + reads what the platform writes as multipart", async () => {
  const form = new FormData();
  form.append("a", "1\r\n2");
  form.append("a", "é");
  form.append('q"\n', "");
  form.append("file", new File([Uint8Array.of(0, 13, 10, 255)], "naïve.bin", { type: "application/x-thing" }));
  const response = await ResponseSync.from(new Response(form));
  const copy = response.formData();
  assertEquals([...copy.keys()], ["a", "a", 'q"\r\n', "file"]);
  assertEquals(copy.getAll("a"), ["1\r\n2", "é"]);
  const file = copy.get("file") as File;
  assertEquals([file.name, file.type, await file.bytes()], [
    "naïve.bin",
    "application/x-thing",
    Uint8Array.of(0, 13, 10, 255),
  ]);
});

Deno.test("formData + reads urlencoded forms", async () => {
  const response = await ResponseSync.from(new Response(new URLSearchParams([["a", "1 &"], ["a", "é"]])));
  assertEquals(response.formData().getAll("a"), ["1 &", "é"]);
});

Deno.test("formData + refuses what is no form", () => {
  const types = ["", "text/plain", "multipart/form-data", "multipart/form-data; boundary=x"];
  for (const type of types) {
    const response = new ResponseSync("--x\r\n\r\nno name", { headers: { "content-type": type } });
    assertEquals(assertThrows(() => response.formData(), SerializerError).code, "INVALID_BODY");
  }
  const nameless = new ResponseSync("--x\r\na: b\r\n\r\nc\r\n--x--", {
    headers: { "content-type": 'multipart/form-data; boundary="x"' },
  });
  assertThrows(() => nameless.formData(), SerializerError);
});
