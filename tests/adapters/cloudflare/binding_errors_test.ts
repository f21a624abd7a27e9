import { assertEquals, assertInstanceOf, assertMatch } from "@std/assert";
import { ExecutorMissingError, ExportNotFoundError } from "../../../adapters/cloudflare/binding_errors.ts";
import { DozeError } from "../../../core/errors.ts";

Deno.test("ExecutorMissingError names what was looked for, what there is, and the remedy", () => {
  const error = new ExecutorMissingError("FetchExecutor", ["default", "Agent"]);
  assertInstanceOf(error, DozeError);
  assertEquals([error.name, error.code], ["ExecutorMissingError", "EXECUTOR_MISSING"]);
  assertMatch(error.message, /export \{ FetchExecutor \} from "@doze\/fetch\/cloudflare".*"default, Agent"$/);
  // Without it a Worker's exports cannot be seen, however well they are exported.
  assertMatch(new ExecutorMissingError("FetchExecutor", []).message, /compatibility date of 2025-11-17.*among ""$/);
});

Deno.test("ExportNotFoundError names the id, what there is, and the remedy", () => {
  const error = new ExportNotFoundError("00ff", []);
  assertInstanceOf(error, DozeError);
  assertEquals([error.name, error.code], ["ExportNotFoundError", "EXPORT_NOT_FOUND"]);
  assertMatch(error.message, /export its class.*"00ff" among ""$/);
});
