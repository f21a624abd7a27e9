import { assertEquals, assertThrows } from "@std/assert";
import { InvalidDelayError, UnknownMethodError } from "../../../core/errors.ts";
import { cron } from "../../../core/cron.ts";
import type { OriginSettings } from "../../../core/origin.ts";
import type { SimulatedCall, Subject } from "../../../testing/simulation/subject.ts";
import { RowCounter } from "../counter.ts";
import { subjectStage } from "./subject_stage.ts";

const SETTINGS: OriginSettings = { alarms: { cron, retry: { attempts: 2, backoff: 100, jitter: 0 } } };

function calling(call: (given: SimulatedCall<RowCounter>) => unknown): Subject<RowCounter> {
  return {
    origin: ({ storage }) => new RowCounter(storage),
    call: (_counter, given) => call(given),
    settings: SETTINGS,
  };
}

Deno.test("WatchedAlarms runs schedules past the witness, each once", async () => {
  const it = subjectStage(calling(({ nth, ctn, alarms }) => alarms.schedule(nth, ctn().onTick(nth))));
  for (const nth of [1, 2, 3]) await it.call(nth);
  await it.pass(2_500);
  assertEquals(it.report().schedules.map(({ commits }) => commits), [1, 1, 0]);
  await it.pass(1_000);
  assertEquals([it.report().schedules.map(({ commits }) => commits), it.judge()], [[1, 1, 1], []]);
});

Deno.test("WatchedAlarms knows a schedule with an id for the same when it is made again", async () => {
  const it = subjectStage(calling(({ ctn, alarms }) => {
    alarms.schedule(new Date(1_005_000), ctn().onTick(0), { id: "mine" });
    alarms.schedule(new Date(1_005_000), ctn().onTick(0), { id: "mine" });
  }));
  await it.call(0);
  const { rowsWritten } = it.host.state;
  await it.call(1);
  assertEquals([it.host.state.rowsWritten, it.rolls.schedules.size], [rowsWritten, 1]);
  await it.pass(10_000);
  assertEquals([it.report().schedules, it.judge()], [[{ id: "mine", commits: 1 }], []]);
});

Deno.test("WatchedAlarms lets what recurs run again and again", async () => {
  const it = subjectStage(calling(({ ctn, alarms }) => alarms.schedule("* * * * *", ctn().onTick(0), { id: "cron" })));
  await it.call(0);
  await it.pass(5 * 60_000);
  assertEquals([it.report().schedules, it.judge()], [[{ id: "cron", commits: 5 }], []]);
});

Deno.test("WatchedAlarms takes nothing for lost that the subject cancels, purges, pauses or undoes", async () => {
  const it = subjectStage({
    settings: SETTINGS,
    origin: ({ storage }) => Object.assign(new RowCounter(storage), { storage }),
    call(counter, { ctn, alarms }) {
      alarms.cancelSchedule(alarms.schedule(1, ctn().onTick(0)).id);
      alarms.pause(alarms.schedule(1, ctn().onTick(0)).id);
      assertThrows(() =>
        counter.storage.transaction(() => {
          alarms.schedule(1, ctn().onTick(0));
          throw new RangeError("undone");
        }), RangeError);
    },
  });
  await it.call(0);
  await it.pass(200_000);
  assertEquals([it.report().schedules.map(({ commits }) => commits), it.judge()], [[0, 0, 0], []]);
});

Deno.test("WatchedAlarms takes nothing for lost that has failed for good, or was purged then", async () => {
  class Failing {
    onTick(): void {
      throw new RangeError("no");
    }
  }
  const it = subjectStage({
    settings: SETTINGS,
    origin: () => new Failing(),
    call(_failing, { nth, ctn, alarms, proxyFetch }) {
      if (nth > 0) return void alarms.purge();
      alarms.schedule(1, ctn().onTick());
      proxyFetch("https://a.example/", ctn().onTick(), { timeout: 1, grace: 0 });
    },
  });
  await it.call(0);
  await it.pass(10_000);
  assertEquals(it.report().requests.map(({ phase }) => phase), ["dead"]);
  await it.call(1);
  assertEquals([it.report().requests.map(({ phase }) => phase), it.judge()], [["cancelled"], []]);
});

Deno.test("WatchedAlarms refuses what the alarms refuse, and notes none of it", async () => {
  const it = subjectStage(calling(({ ctn, alarms }) => {
    assertThrows(() => alarms.schedule(-1, ctn().onTick(0)), InvalidDelayError);
    assertThrows(() => alarms.schedule(1, (ctn() as never as { none(): void }).none()), UnknownMethodError);
  }));
  await it.call(0);
  assertEquals([it.rolls.schedules.size, it.disk.first(), it.book.violations], [0, undefined, []]);
});
