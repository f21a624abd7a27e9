import { assert, assertEquals, assertThrows } from "@std/assert";
import { ExecutorMissingError } from "../../../adapters/cloudflare/binding_errors.ts";
import { doze } from "../../../adapters/cloudflare/doze.ts";
import type { DurableObjectStateLike } from "../../../adapters/cloudflare/platform.ts";
import { openSqlite, type SqliteStorage } from "../../../adapters/sqlite.ts";

/** A Durable Object's state over a real SQLite database, to see what is done to it, and when. */
function stateOver(database: SqliteStorage): { state: DurableObjectStateLike; log: string[] } {
  const log: string[] = [];
  const state: DurableObjectStateLike = {
    id: { toString: () => "a" },
    storage: {
      sql: { exec: (query, ...bindings) => ({ toArray: () => [...database.sql.exec(query, ...bindings)] }) },
      transactionSync: (run) => database.transaction(run),
      getAlarm: () => Promise.resolve(null),
      setAlarm: (at) => Promise.resolve(void log.push(`setAlarm ${Number(at) > 0}`)),
      deleteAlarm: () => Promise.resolve(void log.push("deleteAlarm")),
    },
    blockConcurrencyWhile(callback) {
      log.push("block");
      return callback().finally(() => log.push("unblock"));
    },
  };
  return { state, log };
}

class Chat {
  onReply(_result: unknown): void {}
}

Deno.test("doze() repairs the alarm before the first event, and writes nothing where nothing is to be done", async () => {
  const database = openSqlite(":memory:");
  const { state, log } = stateOver(database);
  doze(new Chat(), state, {});
  await new Promise((resolve) => setTimeout(resolve, 0));
  assertEquals(log, ["block", "unblock"]);
  database.close();
});

Deno.test("doze() arms the alarm again that a crash has lost", async () => {
  const database = openSqlite(":memory:");
  const first = stateOver(database);
  doze(new Chat(), first.state, {}).alarms.schedule(60, doze(new Chat(), first.state, {}).ctn().onReply(1));
  const second = stateOver(database);
  doze(new Chat(), second.state, {});
  await new Promise((resolve) => setTimeout(resolve, 0));
  assert(second.log.includes("setAlarm true"), second.log.join());
  database.close();
});

Deno.test("doze() refuses a fetch for which there is no executor, at the call, and stores nothing", async () => {
  const database = openSqlite(":memory:");
  const { state } = stateOver(database);
  const chat = doze(new Chat(), state, {});
  const recorded = chat.ctn().onReply(chat.ctn().$result);
  const error = assertThrows(() => chat.proxyFetch("https://api.example/", recorded), ExecutorMissingError);
  assertEquals(error.code, "EXECUTOR_MISSING");
  assertEquals(chat.requests.pending(), []);
  // The object is still starting; it must not outlive its database.
  await new Promise((resolve) => setTimeout(resolve, 0));
  database.close();
});
