import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { FetchError } from "../../../core/fetch/fetch_error.ts";
import { readOutcome } from "../../../core/requests/request_event.ts";
import { stringify } from "../../../core/serializer/mod.ts";
import { reply } from "../ledger_host.ts";
import { errorIn, responseIn } from "../unruly_server.ts";

Deno.test("readOutcome reads a response", () => {
  const response = responseIn(readOutcome(reply("hello", 201)));
  assertEquals([response.status, response.text()], [201, "hello"]);
});

Deno.test("readOutcome reads a failure", () => {
  const failed = new FetchError("NETWORK", "https://api.example/", { ambiguous: true, attempt: 3 });
  const error = errorIn(readOutcome(stringify(failed)));
  assertEquals([error.code, error.url, error.ambiguous, error.attempt], ["NETWORK", failed.url, true, 3]);
});

Deno.test("readOutcome gives nothing for a text that cannot be read, so that a listener is told all the same", () => {
  for (const text of ["", "nonsense", "{", "\0"]) {
    assertEquals(readOutcome(text), undefined, text);
  }
});

Deno.test("readOutcome gives nothing for a value that is no outcome", () => {
  for (const value of [null, 5, "200 hello", { code: "NETWORK" }, [reply()], new Date(0)]) {
    assertEquals(readOutcome(stringify(value)), undefined);
  }
});

Deno.test("readOutcome never throws, whatever an executor has sent", () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => void readOutcome(text)));
});
