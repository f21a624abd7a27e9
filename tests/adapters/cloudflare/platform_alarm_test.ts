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

type Noted = number | undefined;

function start(): { platform: UnrulyPlatform; alarm: PlatformAlarm; noted: Noted[] } {
  const platform = new UnrulyPlatform();
  const noted: Noted[] = [];
  return { platform, alarm: new PlatformAlarm(platform, (at) => noted.push(at)), noted };
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

Deno.test("PlatformAlarm set makes one setting when the platform keeps it", async () => {
  const { platform, alarm, noted } = start();
  alarm.set(1_000);
  await settle();
  assertEquals([platform.settings, noted], [[1_000], []]);
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

Deno.test("PlatformAlarm fired keeps a setting from being made again, and notes that there is none", async () => {
  const { platform, alarm, noted } = start();
  platform.forgets = 1;
  alarm.set(1_000);
  alarm.fired();
  await settle();
  assertEquals([platform.settings, noted], [[1_000], [undefined]]);
});

Deno.test("PlatformAlarm set asks the platform only for dates that it takes, in whole milliseconds", () => {
  const { platform, alarm } = start();
  for (const at of [-5, 0, 12.7, Date.UTC(2500, 0), Infinity]) alarm.set(at);
  assertEquals(platform.settings, [1, 1, 12, Date.UTC(2189, 0), Date.UTC(2189, 0)]);
});

Deno.test("PlatformAlarm set throws what the platform refuses at the call, with a code and the cause", async () => {
  const { platform, alarm, noted } = start();
  platform.fails = "at the call";
  for (const at of [1_000, undefined]) {
    const error = assertThrows(() => alarm.set(at), AlarmNotSetError);
    assertEquals([error.code, error.at], ["ALARM_NOT_SET", at]);
    assertInstanceOf(error.cause, TypeError);
  }
  assertEquals([await unhandled(), noted], [[], []]);
});

Deno.test("PlatformAlarm set notes what the platform refuses later, and leaves it to the platform's log", async () => {
  const { platform, alarm, noted } = start();
  platform.fails = "later";
  alarm.set(1_000);
  const errors = await unhandled();
  const told = errors.map((error) => error instanceof AlarmNotSetError && [error.code, error.at, String(error.cause)]);
  assertEquals([told, noted], [[["ALARM_NOT_SET", 1_000, "TypeError: no alarm handler"]], [undefined]]);
});

Deno.test("PlatformAlarm set does not report a refusal that a later setting has made good", async () => {
  const { platform, alarm, noted } = start();
  platform.fails = "later";
  alarm.set(1_000);
  platform.fails = "no";
  alarm.set(2_000);
  assertEquals([await unhandled(), noted, platform.at], [[], [], 2_000]);
});

Deno.test("PlatformAlarm load notes when the platform's alarm will fire, unless it is set meanwhile", async () => {
  const { platform, alarm, noted } = start();
  await alarm.load();
  platform.at = 1_000;
  await alarm.load();
  const loading = alarm.load();
  alarm.set(2_000);
  await loading;
  assertEquals(noted, [undefined, 1_000]);
});
