import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { type LocalContext, LocalObject, type LocalOptions, startLocal } from "../../adapters/local.ts";
import { MemoryStorage } from "../../adapters/memory.ts";
import { openSqlite, type SqliteStorage } from "../../adapters/sqlite.ts";
import { InvalidOptionError } from "../../core/errors.ts";
import type { FetchError } from "../../core/fetch/fetch_error.ts";
import { RequestSync, ResponseSync } from "../../core/serializer/mod.ts";
import type { Storage } from "../../core/storage.ts";
import { fakeClock } from "../../testing/fake_clock.ts";
import { serveHttp } from "../core/unruly_server.ts";

class Agent extends LocalObject<{ greeting: string }> {
  readonly replies: string[] = [];

  ask(url: string, label: string): string {
    return this.proxyFetch(url, this.ctn().onReply(label, this.ctn().$result), { timeout: 5_000, grace: 1_000 });
  }

  remind(seconds: number): string {
    return this.alarms.schedule(seconds, this.ctn().onReminder(this.env.greeting)).id;
  }

  onReply(label: string, result: ResponseSync | FetchError): void {
    this.replies.push(`${label}: ${result instanceof ResponseSync ? result.text() : result.code}`);
  }

  onReminder(text: string): void {
    this.replies.push(text);
  }
}

const ENV = { greeting: "hello" };

function answering(text: string): () => Promise<Response> {
  return () => Promise.resolve(new Response(text));
}

Deno.test("startLocal() fetches in this process and runs the continuation once", async () => {
  await using api = serveHttp((request) => new Response(new URL(request.url).pathname));
  const { object, idle, close } = startLocal(
    Agent,
    { storage: new MemoryStorage(), policy: { allowPrivate: true } },
    ENV,
  );
  object.ask(`${api.origin}/one`, "a");
  object.ask(`${api.origin}/two`, "b");
  await idle();
  assertEquals(object.replies.sort(), ["a: /one", "b: /two"]);
  await close();
});

Deno.test("startLocal() fires schedules by a timer, set to the earliest", async () => {
  const clock = fakeClock();
  const { object, close } = startLocal(Agent, { storage: new MemoryStorage(), clock }, ENV);
  object.remind(60);
  object.remind(5);
  await clock.tickAsync(4_999);
  assertEquals(object.replies, []);
  await clock.tickAsync(1);
  assertEquals(object.replies, ["hello"]);
  await clock.tickAsync(55_000);
  assertEquals(object.replies, ["hello", "hello"]);
  await close();
});

Deno.test("startLocal() waits for an alarm that lies beyond what a timer holds", async () => {
  const clock = fakeClock();
  const { object, close } = startLocal(Agent, { storage: new MemoryStorage(), clock }, ENV);
  object.remind(2 ** 31);
  await clock.tickAsync(2 ** 31 * 1_000 - 1);
  assertEquals(object.replies, []);
  await clock.tickAsync(1);
  assertEquals(object.replies, ["hello"]);
  await close();
});

Deno.test("startLocal() runs at the start what fell due while no process lived", async () => {
  const clock = fakeClock();
  const storage = new MemoryStorage();
  const first = startLocal(Agent, { storage, clock }, ENV);
  first.object.remind(5);
  await first.close();
  await clock.tickAsync(60_000);
  const second = startLocal(Agent, { storage, clock }, ENV);
  await clock.tickAsync(10);
  assertEquals([first.object.replies, second.object.replies], [[], ["hello"]]);
  await second.close();
});

Deno.test("startLocal() makes an idempotent fetch again that an earlier process did not finish", async () => {
  const clock = fakeClock();
  const storage = new MemoryStorage();
  const first = startLocal(Agent, { storage, clock, fetch: () => new Promise(() => {}) }, ENV);
  first.object.ask("https://api.example/", "a");
  await clock.tickAsync(1_000);
  const second = startLocal(Agent, { storage, clock, fetch: answering("again") }, ENV);
  await clock.tickAsync(10);
  assertEquals(second.object.replies, ["a: again"]);
  assertEquals(storage.first(), undefined);
  await second.close();
});

Deno.test("LocalHost.close() leaves what is undone in the storage and fetches nothing more", async () => {
  const storage = new MemoryStorage();
  let fetches = 0;
  const { object, close } = startLocal(Agent, {
    storage,
    fetch: () => {
      fetches++;
      return new Promise(() => {});
    },
  }, ENV);
  object.ask("https://api.example/", "a");
  await Promise.resolve();
  await close();
  object.ask("https://api.example/", "b");
  await Promise.resolve();
  assertEquals([fetches, object.replies, storage.count(0, Number.MAX_SAFE_INTEGER)], [1, [], 2]);
});

Deno.test("a handler's own rows are undone with it when it throws, and written once when it runs again", async () => {
  class Writer extends LocalObject<undefined, SqliteStorage> {
    tries = 0;

    write(): void {
      this.alarms.schedule(1, this.ctn().onWrite(), { retry: { attempts: 2, backoff: 1_000, jitter: 0 } });
    }

    onWrite(): void {
      this.ctx.storage.sql.exec("INSERT INTO written VALUES (?)", ++this.tries);
      if (this.tries === 1) throw new RangeError("first try");
    }
  }
  const clock = fakeClock();
  const storage = openSqlite(":memory:");
  storage.sql.exec("CREATE TABLE written (try INTEGER)");
  const { object, close } = startLocal(Writer, { storage, clock });
  object.write();
  await clock.tickAsync(1_000);
  assertEquals([...storage.sql.exec("SELECT try FROM written")], []);
  await clock.tickAsync(1_000);
  assertEquals([...storage.sql.exec("SELECT try FROM written")].map((row) => row.try), [2]);
  await close();
  storage.close();
});

Deno.test("startLocal() hands the storage's alarm over when a transaction around it is undone", async () => {
  const clock = fakeClock();
  const storage = new MemoryStorage();
  const { object, close } = startLocal(Agent, { storage, clock }, ENV);
  object.remind(5);
  assertThrows(() =>
    storage.transaction(() => {
      object.remind(1);
      throw new RangeError("undone");
    }), RangeError);
  await clock.tickAsync(4_000);
  assertEquals(object.replies, []);
  await clock.tickAsync(1_000);
  assertEquals(object.replies, ["hello"]);
  await close();
});

Deno.test("startLocal() reports a storage that fails under the alarm, rather than swallow it", async () => {
  class Failing extends MemoryStorage {
    broken = false;

    override due(...args: Parameters<Storage["due"]>): ReturnType<Storage["due"]> {
      if (this.broken) throw new RangeError("disk gone");
      return super.due(...args);
    }
  }
  const clock = fakeClock();
  const storage = new Failing();
  let context: LocalContext | undefined;
  class Told extends Agent {
    constructor(ctx: LocalContext, env: { greeting: string }) {
      super(ctx, env);
      context = ctx;
    }
  }
  const { object } = startLocal(Told, { storage, clock }, ENV);
  object.remind(1);
  await Promise.resolve();
  storage.broken = true;
  clock.tick(1_000);
  // Each time it waits longer, up to a minute.
  for (const wait of [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]) {
    await assertRejects(() => context?.idle() ?? Promise.resolve(), RangeError, "disk gone");
    assertEquals(clock.nextTimer, clock.now() + wait);
    clock.tick(wait);
  }
  await assertRejects(() => context?.idle() ?? Promise.resolve(), RangeError, "disk gone");
  storage.broken = false;
  await clock.tickAsync(60_000);
  assertEquals(object.replies, ["hello"]);
  await context?.close();
});

Deno.test("LocalHost.close() does not wait for a handler of an alarm that never ends", async () => {
  class Endless extends Agent {
    wait(): string {
      return this.alarms.schedule(1, this.ctn().forever()).id;
    }

    forever(): Promise<void> {
      this.replies.push("begun");
      return new Promise(() => {});
    }
  }
  const clock = fakeClock();
  const storage = new MemoryStorage();
  const { object, close } = startLocal(Endless, { storage, clock }, ENV);
  const id = object.wait();
  await clock.tickAsync(1_000);
  assertEquals(object.replies, ["begun"]);
  const closing = close();
  await clock.tickAsync(1);
  await closing;
  assertEquals(clock.pending, 0);
  assertEquals(storage.first()?.id, id);
});

Deno.test("startLocal() does not take for lost what the object's constructor has asked for", async () => {
  class Eager extends Agent {
    constructor(ctx: LocalContext, env: { greeting: string }) {
      super(ctx, env);
      const post = new RequestSync("https://api.example/", { method: "POST" });
      this.proxyFetch(post, this.ctn().onReply("eager", this.ctn().$result), { timeout: 5_000 });
    }
  }
  const { object, idle, close } = startLocal(Eager, { storage: new MemoryStorage(), fetch: answering("yes") }, ENV);
  await idle();
  assertEquals(object.replies, ["eager: yes"]);
  await close();
});

Deno.test("startLocal() refuses to start without a storage, and with settings that nobody knows", () => {
  const storage = new MemoryStorage();
  const wrong: [option: string, options: unknown][] = [
    ["options", undefined],
    ["storage", {}],
    ["storage", { storage: null }],
    ["timout", { storage, timout: 5 }],
    ["alarms", { storage, alarms: 5 }],
    ["alarms.maxRuns", { storage, alarms: { maxRuns: 5 } }],
    ["retry.atempts", { storage, alarms: { retry: { atempts: 5 } } }],
  ];
  for (const [option, options] of wrong) {
    const start = () => startLocal(Agent, options as LocalOptions, ENV);
    assertEquals(assertThrows(start, InvalidOptionError).option, option);
  }
  assertEquals(storage.first(), undefined);
});
