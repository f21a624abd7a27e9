/**
 * Schedules over a storage and one physical alarm: once, by a delay, or by cron.
 *
 * Importing this entry makes cron patterns work for all alarms of the program, those of `@doze/fetch/cloudflare`
 * included; `@doze/fetch` and `@doze/fetch/cloudflare` alone bundle no cron parser.
 *
 * @example Run something every weekday morning
 * ```ts
 * import { Alarms, continuation } from "@doze/fetch/alarms";
 * import { MemoryStorage } from "@doze/fetch/memory";
 * import { assertEquals } from "@std/assert";
 *
 * class Office {
 *   open(): void {}
 * }
 * const alarms = new Alarms({ storage: new MemoryStorage(), origin: new Office() });
 * const schedule = alarms.schedule("0 9 * * MON-FRI", continuation<Office>().open(), {
 *   id: "open",
 *   timeZone: "Europe/Berlin",
 * });
 * assertEquals(schedule.kind, "cron");
 * assertEquals(schedule.runCount, 0);
 * ```
 *
 * @module
 */
import "./core/cron.ts";
export * from "./core/alarms.ts";
export type { RetryOptions } from "./core/backoff.ts";
export type { Clock } from "./core/clock.ts";
export * from "./core/errors.ts";
export { type Continuable, continuation } from "./core/continuation.ts";
export type { Row, RowKey, Storage } from "./core/storage.ts";
