import { assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import { type AlarmLike, AlarmNotSetError, PlatformAlarm } from "../../../adapters/cloudflare/platform_alarm.ts";

/** A platform that fails as the real one does not on demand; the real one is tested with the storage, in workerd. */
class UnrulyPlatform implements AlarmLike {
  at: number | null = null;
  settings: (number | null)[] = [];
  /** Settings that are forgotten, as a foreign transaction that throws does. */
  forgets = 0;
  /** How the next calls fail. */
  fails: "no" | "at the call" | "later" = "no";

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

function start(): { platform: UnrulyPlatform; alarm: PlatformAlarm; refused: AlarmNotSetError[] } {
  const platform = new UnrulyPlatform();
  const refused: AlarmNotSetError[] = [];
  return { platform, alarm: new PlatformAlarm(platform, (error) => refused.push(error)), refused };
}

/** Lets every promise settle that can. */
function settle(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

Deno.test("PlatformAlarm set makes one setting when the platform keeps it", async () => {
  const { platform, alarm, refused } = start();
  alarm.set(1_000);
  await settle();
  assertEquals([platform.settings, refused], [[1_000], []]);
});

Deno.test("PlatformAlarm set makes the setting again when it is gone", async () => {
  const { platform, alarm } = start();
  platform.forgets = 1;
  alarm.set(1_000);
  await settle();
  assertEquals([platform.settings, platform.at], [[1_000, 1_000], 1_000]);
});

Deno.test("PlatformAlarm set does not bring back a setting that a later one has replaced", async () => {
  const { platform, alarm } = start();
  alarm.set(1_000);
  alarm.set(undefined);
  await settle();
  assertEquals([platform.settings, platform.at], [[1_000, null], null]);
});

Deno.test("PlatformAlarm fired keeps a setting from being made again", async () => {
  const { platform, alarm } = start();
  platform.forgets = 1;
  alarm.set(1_000);
  alarm.fired();
  await settle();
  assertEquals(platform.settings, [1_000]);
});

Deno.test("PlatformAlarm set asks the platform only for dates that it takes, in whole milliseconds", () => {
  const { platform, alarm } = start();
  for (const at of [-5, 0, 12.7, Date.UTC(2500, 0), Infinity]) alarm.set(at);
  assertEquals(platform.settings, [1, 1, 12, Date.UTC(2189, 0), Date.UTC(2189, 0)]);
});

Deno.test("PlatformAlarm set throws what the platform refuses at the call, with a code and the cause", () => {
  const { platform, alarm, refused } = start();
  platform.fails = "at the call";
  for (const at of [1_000, undefined]) {
    const error = assertThrows(() => alarm.set(at), AlarmNotSetError);
    assertEquals([error.code, error.at], ["ALARM_NOT_SET", at]);
    assertInstanceOf(error.cause, TypeError);
  }
  assertEquals(refused, []);
});

Deno.test("PlatformAlarm set reports what the platform refuses later, once", async () => {
  const { platform, alarm, refused } = start();
  platform.fails = "later";
  alarm.set(1_000);
  await settle();
  assertEquals(refused.map((error) => [error.code, error.at]), [["ALARM_NOT_SET", 1_000]]);
});

Deno.test("PlatformAlarm set does not report a refusal that a later setting has made good", async () => {
  const { platform, alarm, refused } = start();
  platform.fails = "later";
  alarm.set(1_000);
  platform.fails = "no";
  alarm.set(2_000);
  await settle();
  assertEquals([refused, platform.at], [[], 2_000]);
});

Deno.test("PlatformAlarm read tells whether its answer is stale", async () => {
  const { platform, alarm } = start();
  platform.at = 1_000;
  assertEquals(await alarm.read(), { at: 1_000, changed: false });
  const reading = alarm.read();
  alarm.set(2_000);
  assertEquals((await reading).changed, true);
});
