import { assertEquals } from "@std/assert";
import { encodePayload } from "../../../core/alarms/row_payload.ts";
import { UnknownRowKindError } from "../../../core/alarms/schedule_errors.ts";
import type { Row } from "../../../core/storage.ts";
import { HandlerError, stage } from "../alarm_stage.ts";

const FIVE_MINUTES = 300_000;

Deno.test("a due row of a kind that nobody has registered is put off untouched, reported, and delays no other", async () => {
  const { alarms, storage, clock, actor, ctn, events, advance } = stage();
  const row: Row = { due: clock.now() + 5, id: "fax", kind: "fax", payload: encodePayload("x"), named: true };
  storage.insert(row);
  alarms.schedule(0.006, ctn.say("next"));
  alarms.ensureArmed(row.due);
  await advance(10);
  assertEquals(actor.log, ["next"]);
  assertEquals(alarms.locate("fax"), { ...row, due: clock.now() - 5 + FIVE_MINUTES });
  assertEquals(events.map((event) => event.type === "unreadable" && event.error instanceof UnknownRowKindError), [
    true,
  ]);
});

Deno.test("a due row that is put off runs once a release knows its kind", async () => {
  const { alarms, storage, clock, advance } = stage();
  const ran: string[] = [];
  storage.insert({ due: clock.now() + 5, id: "fax", kind: "fax", payload: encodePayload("x"), named: true });
  alarms.ensureArmed(clock.now() + 5);
  await advance(10);
  alarms.registerKind("fax", { run: ({ id }) => ran.push(id) });
  await advance(FIVE_MINUTES);
  assertEquals([ran, alarms.locate("fax")], [["fax"], undefined]);
});

Deno.test("a due row that a newer release wrote is put off untouched, whatever its kind, and found by its id", async () => {
  const { alarms, storage, clock, actor, events, advance } = stage();
  const id = alarms.newId(clock.now() + 5);
  storage.insert({ due: clock.now() + 5, id, kind: "once", payload: "2\nfrom the future", named: false });
  alarms.ensureArmed(clock.now() + 5);
  await advance(10);
  assertEquals(alarms.locate(id)?.payload, "2\nfrom the future");
  assertEquals([actor.log, events.map(({ type }) => type)], [[], ["unreadable"]]);
});

Deno.test("a row whose kind refuses it is put off", async () => {
  const { alarms, storage, clock, events, advance } = stage();
  alarms.registerKind("job", {
    run: () => {},
    check() {
      throw new HandlerError("not ready");
    },
  });
  storage.insert({ due: clock.now() + 5, id: "job", kind: "job", payload: encodePayload("x"), named: true });
  alarms.ensureArmed(clock.now() + 5);
  await advance(10);
  assertEquals([events.map(({ type }) => type), alarms.locate("job")?.due], [
    ["unreadable"],
    clock.now() - 5 + FIVE_MINUTES,
  ]);
});

Deno.test("a kind that settles its rows itself is asked to", async () => {
  const { alarms, storage, clock, advance } = stage();
  const seen: string[] = [];
  alarms.registerKind("job", {
    run: () => seen.push("run"),
    settle(row) {
      seen.push("settle");
      return alarms.settle(row);
    },
  });
  storage.insert({ due: clock.now() + 5, id: "job", kind: "job", payload: encodePayload("x"), named: true });
  alarms.ensureArmed(clock.now() + 5);
  await advance(10);
  assertEquals([seen, storage.first()], [["settle", "run"], undefined]);
});

Deno.test("a kind that watches more than rows is woken by the alarm, before the due rows run", async () => {
  const { alarms, clock, ctn, actor, storage, advance } = stage();
  let wanted: number | undefined = clock.now() + 50;
  alarms.registerKind("watcher", {
    run: () => {},
    nextWake: (after) => wanted !== undefined && wanted > after ? wanted : undefined,
    wake(now) {
      actor.log.push(`woken at ${now - start}`);
      if (wanted !== undefined && wanted <= now) wanted = undefined;
      return undefined;
    },
  });
  const start = clock.now();
  alarms.schedule(0.02, ctn.say("row"));
  await advance(100);
  assertEquals(actor.log, ["woken at 20", "row", "woken at 50"]);
  assertEquals(storage.armedAt(), undefined);
});

Deno.test("what a kind starts when it is woken is waited for, and its failure is the platform's", async () => {
  const { alarms, clock } = stage();
  const { promise, reject } = Promise.withResolvers<void>();
  alarms.registerKind("watcher", { run: () => {}, wake: () => promise });
  let ended: unknown;
  const fired = alarms.onAlarm().catch((error) => ended = error);
  await clock.tickAsync(10);
  assertEquals(ended, undefined);
  const failure = new HandlerError("platform");
  reject(failure);
  await fired;
  assertEquals(ended, failure);
});
