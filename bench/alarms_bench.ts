/**
 * What schedules cost on memory and SQLite, beside the bare statements that are their limit. Run `deno task bench`.
 *
 * @module
 */
import { MemoryStorage } from "../adapters/memory.ts";
import { openSqlite } from "../adapters/sqlite.ts";
import { cron } from "../core/cron.ts";
import { BareSql, Subject } from "./alarm_costs.ts";

const SWEPT = 1_000;

for (const rows of [1_000, 100_000]) {
  const group = `schedule + cancel beside ${rows} schedules`;
  const bare = new BareSql(rows);
  Deno.bench(`bare INSERT + DELETE RETURNING, ${rows}`, { group, baseline: true }, () => bare.insertAndDelete());
  for (const storage of [openSqlite(":memory:"), new MemoryStorage()]) {
    const subject = new Subject(rows, storage);
    Deno.bench(`${storage.constructor.name}, ${rows}`, { group }, () => subject.scheduleAndCancel());
  }
}

{
  const group = `sweep of ${SWEPT} due rows, one transaction each`;
  Deno.bench("bare SQL", { group, baseline: true }, (bench) => {
    const bare = new BareSql(SWEPT);
    bench.start();
    bare.sweep();
    bench.end();
  });
  for (const open of [() => openSqlite(":memory:"), () => new MemoryStorage()]) {
    Deno.bench(open().constructor.name, { group }, async (bench) => {
      const subject = new Subject(0, open());
      subject.fill(SWEPT, 0);
      bench.start();
      await subject.alarms.triggerAlarms(SWEPT);
      bench.end();
    });
  }
}

for (const zone of ["UTC", "Europe/Berlin"]) {
  let at = Date.UTC(2026, 0);
  Deno.bench(`next run of a cron pattern in ${zone}`, { group: "cron" }, () => {
    at = cron.next("*/5 9-17 * * MON-FRI", zone, at) ?? 0;
  });
}
