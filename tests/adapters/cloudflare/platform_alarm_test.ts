import { assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import { AlarmNotSetError, setPlatformAlarm } from "../../../adapters/cloudflare/platform_alarm.ts";
import { CloudflareStorage, type DurableObjectStorageLike } from "../../../adapters/cloudflare/storage.ts";
import { openSqlite } from "../../../adapters/sqlite.ts";
import type { SqlRow, SqlValue } from "../../../core/sql_driver.ts";

/** A platform that fails as the real one does not on demand; the real one is tested with the storage, in workerd. */
class UnrulyPlatform implements DurableObjectStorageLike {
  readonly #database = openSqlite(":memory:");
  readonly sql = {
    exec: (query: string, ...bindings: SqlValue[]): { toArray(): SqlRow[] } => {
      const rows = this.#database.sql.exec(query, ...bindings);
      return { toArray: () => rows };
    },
  };
  at: number | null = null;
  settings: (number | null)[] = [];
  /** Settings that are forgotten, as a foreign transaction that throws does. */
  forgets = 0;
  /** How the next calls fail. */
  fails: "no" | "at the call" | "later" = "no";

  transactionSync<T>(closure: () => T): T {
    return this.#database.transaction(closure);
  }

  [Symbol.dispose](): void {
    this.#database.close();
  }

  getAlarm(): Promise<number | null> {
    return Promise.resolve(this.at);
  }

  setAlarm(at: number): Promise<void> {
    return this.#set(at);
  }

  deleteAlarm(): Promise<void> {
    return this.#set(null);
  }

  #set(at: number | null): Promise<void> {
    if (this.fails === "at the call") throw new TypeError("not that date");
    if (this.fails === "later") return Promise.reject(new TypeError("no alarm handler"));
    this.settings.push(at);
    if (this.forgets > 0) this.forgets--;
    else this.at = at;
    return Promise.resolve();
  }
}

/** Lets every promise settle that can. */
function settle(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

/** As {@linkcode settle}; what was rejected and nobody has handled, which a platform logs. */
async function unhandled(): Promise<unknown[]> {
  const reasons: unknown[] = [];
  const hear = (event: PromiseRejectionEvent) => {
    event.preventDefault();
    reasons.push(event.reason);
  };
  addEventListener("unhandledrejection", hear);
  await settle();
  removeEventListener("unhandledrejection", hear);
  return reasons;
}

Deno.test("setPlatformAlarm() makes one setting when the platform keeps it", async () => {
  using platform = new UnrulyPlatform();
  await setPlatformAlarm(platform, 1_000, () => true);
  assertEquals(platform.settings, [1_000]);
});

Deno.test("setPlatformAlarm() makes the setting again when it is gone, unless it does not hold any more", async () => {
  for (const holds of [true, false]) {
    using platform = new UnrulyPlatform();
    platform.forgets = 1;
    await setPlatformAlarm(platform, 1_000, () => holds);
    assertEquals([platform.settings, platform.at], holds ? [[1_000, 1_000], 1_000] : [[1_000], null]);
  }
});

Deno.test("setPlatformAlarm() asks the platform only for dates that it takes, in whole milliseconds", () => {
  using platform = new UnrulyPlatform();
  for (const at of [-5, 0, 12.7, Date.UTC(2500, 0), Infinity]) void setPlatformAlarm(platform, at, () => false);
  assertEquals(platform.settings, [1, 1, 12, Date.UTC(2189, 0), Date.UTC(2189, 0)]);
});

Deno.test("CloudflareStorage arm does not bring back a setting that a later one has replaced", async () => {
  using platform = new UnrulyPlatform();
  const storage = new CloudflareStorage(platform);
  storage.arm(1_000);
  storage.disarm();
  await settle();
  assertEquals([platform.settings, platform.at], [[1_000, null], null]);
});

Deno.test("CloudflareStorage alarmFired keeps a setting from being made again, and tells that there is none", async () => {
  using platform = new UnrulyPlatform();
  const storage = new CloudflareStorage(platform);
  platform.forgets = 1;
  storage.arm(1_000);
  storage.alarmFired();
  await settle();
  assertEquals([platform.settings, storage.armedAt()], [[1_000], undefined]);
});

Deno.test("CloudflareStorage arm throws what the platform refuses at the call, with a code and the cause", async () => {
  using platform = new UnrulyPlatform();
  const storage = new CloudflareStorage(platform);
  platform.fails = "at the call";
  for (const [at, change] of [[1_000, () => storage.arm(1_000)], [undefined, () => storage.disarm()]] as const) {
    const error = assertThrows(change, AlarmNotSetError);
    assertEquals([error.code, error.at, storage.armedAt()], ["ALARM_NOT_SET", at, undefined]);
    assertInstanceOf(error.cause, TypeError);
  }
  assertEquals(await unhandled(), []);
});

Deno.test("CloudflareStorage arm is undone by what the platform refuses later, and that is left to its log", async () => {
  using platform = new UnrulyPlatform();
  const storage = new CloudflareStorage(platform);
  platform.fails = "later";
  storage.arm(1_000);
  const told = (await unhandled()).map((error) =>
    error instanceof AlarmNotSetError && [error.code, error.at, String(error.cause)]
  );
  assertEquals(told, [["ALARM_NOT_SET", 1_000, "TypeError: no alarm handler"]]);
  assertEquals(storage.armedAt(), undefined);
});

Deno.test("CloudflareStorage arm hides a refusal that a later setting has made good", async () => {
  using platform = new UnrulyPlatform();
  const storage = new CloudflareStorage(platform);
  platform.fails = "later";
  storage.arm(1_000);
  platform.fails = "no";
  storage.arm(2_000);
  assertEquals([await unhandled(), storage.armedAt(), platform.at], [[], 2_000, 2_000]);
});

Deno.test("CloudflareStorage load learns when the platform's alarm will fire, unless it is set meanwhile", async () => {
  using platform = new UnrulyPlatform();
  const storage = new CloudflareStorage(platform);
  await storage.load();
  assertEquals(storage.armedAt(), undefined);
  platform.at = 1_000;
  await storage.load();
  assertEquals([storage.armedAt(), platform.settings], [1_000, []]);
  storage.alarmFired();
  const loading = storage.load();
  storage.arm(2_000);
  await loading;
  assertEquals(storage.armedAt(), 2_000);
});
