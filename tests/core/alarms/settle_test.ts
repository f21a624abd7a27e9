import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import type { RowKind } from "../../../core/alarms/row_kind.ts";
import { decodePayload, encodePayload } from "../../../core/alarms/row_payload.ts";
import { UnknownRowKindError } from "../../../core/alarms/schedule_errors.ts";
import type { SettleOptions } from "../../../core/alarms/settle.ts";
import { DEAD_DUE, type Row } from "../../../core/storage.ts";
import { HandlerError, stage } from "../alarm_stage.ts";

/** A row of a kind of its own, and what runs it. */
function setUp(run: RowKind["run"] = () => {}, named = true) {
  const it = stage();
  const id = named ? "job" : it.alarms.newId(it.clock.now() + 5_000);
  const row: Row = { due: it.clock.now() + 5_000, id, kind: "job", payload: encodePayload("body"), named };
  it.alarms.registerKind("job", { run });
  it.storage.insert(row);
  it.alarms.ensureArmed(row.due);
  return { ...it, row };
}

function fail(): never {
  throw new HandlerError("no");
}

Deno.test("Alarms.settle() takes a row and runs it as its kind says", () => {
  const seen: Row[] = [];
  const { alarms, storage, row } = setUp((taken) => seen.push(taken));
  assertEquals(alarms.settle(row), "committed");
  assertEquals([seen, storage.get(row), alarms.settle(row)], [[row], undefined, "gone"]);
});

Deno.test("Alarms.settle() runs it as the caller says, when the caller says", () => {
  const { alarms, row } = setUp(fail);
  const seen: string[] = [];
  assertEquals(alarms.settle(row, { run: ({ payload }) => seen.push(decodePayload(payload).body) }), "committed");
  assertEquals(seen, ["body"]);
});

Deno.test("Alarms.settle() undoes what a handler wrote before it threw, and keeps the row for its next try", () => {
  const { alarms, storage, row, clock, events } = setUp((taken) => {
    storage.insert({ ...taken, id: "mine" });
    fail();
  });
  assertEquals(alarms.settle(row), "retrying");
  const kept = alarms.locate("job");
  assertEquals([storage.find("mine"), kept?.due], [undefined, clock.now() + 1_000]);
  const { meta, body } = decodePayload(kept?.payload ?? "");
  assertEquals([meta.failures, meta.due, meta.error?.message, body], [1, row.due, "no", "body"]);
  assertEquals(events.map(({ type }) => type), ["retrying"]);
});

Deno.test("Alarms.settle() arms the alarm for the next try, where that is earlier", () => {
  const { alarms, storage, row, clock } = setUp(fail);
  alarms.settle(row);
  assertEquals(storage.armedAt(), clock.now() + 1_000);
});

Deno.test("Alarms.settle() lets a caller say what the row keeps for its next try", () => {
  const { alarms, row } = setUp();
  const options: SettleOptions = { run: fail, keep: () => "with its outcome" };
  assertEquals(alarms.settle(row, options), "retrying");
  assertEquals(decodePayload(alarms.locate("job")?.payload ?? "").body, "with its outcome");
});

Deno.test("Alarms.settle() finds a row again by a generated id, though its due time has changed", () => {
  const { alarms, row } = setUp(fail, false);
  assertEquals(alarms.settle(row), "retrying");
  assertEquals(alarms.locate(row.id)?.named, true);
});

Deno.test("Alarms.settle() waits longer after each failure, and makes a dead letter after the last", () => {
  for (const named of [true, false]) {
    const { alarms, storage, row, clock } = setUp(fail, named);
    const waits: number[] = [];
    for (let last = "retrying"; last === "retrying";) {
      last = String(alarms.settle(alarms.locate(row.id) ?? row));
      waits.push((alarms.locate(row.id)?.due ?? clock.now()) - clock.now());
    }
    assertEquals(waits, [1_000, 2_000, 0]);
    assertEquals([alarms.locate(row.id), storage.get({ due: DEAD_DUE, id: row.id })?.kind], [undefined, "job"]);
    assertEquals(alarms.getDeadLetters()[0].failures, 3);
  }
});

Deno.test("Alarms.settle() takes a row's own retry options before the alarms' own", () => {
  const { alarms, storage, clock } = setUp(fail);
  const payload = encodePayload("body", { retry: { attempts: 2, backoff: 70 } });
  const row = { due: 9, id: "own", kind: "job", payload, named: true };
  storage.insert(row);
  assertEquals([alarms.settle(row), alarms.locate("own")?.due], ["retrying", clock.now() + 70]);
  assertEquals(alarms.settle(alarms.locate("own") ?? row), "dead");
});

Deno.test("Alarms.settle() lets a platform failure through, and leaves the row as it was", async () => {
  for (const run of [fail, () => Promise.reject(new HandlerError("no"))]) {
    const it = stage({ isPlatformFailure: (error) => error instanceof HandlerError });
    const row: Row = { due: 5, id: "job", kind: "job", payload: encodePayload("body"), named: true };
    it.storage.insert(row);
    it.alarms.registerKind("job", { run });
    await assertRejects(async () => await it.alarms.settle(row), HandlerError);
    assertEquals([it.storage.get(row), it.events], [row, []]);
  }
});

Deno.test("Alarms.settle() keeps the row until an asynchronous handler has ended", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const { alarms, storage, row } = setUp(() => promise);
  const result = alarms.settle(row);
  assertEquals(storage.get(row), row);
  resolve();
  assertEquals([await result, storage.get(row)], ["committed", undefined]);
});

Deno.test("Alarms.settle() lets a second call join an asynchronous handler", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  let runs = 0;
  const { alarms, row } = setUp(() => {
    runs++;
    return promise;
  });
  const [first, second] = [alarms.settle(row), alarms.settle(row)];
  resolve();
  assertEquals([await first, await second, runs], ["committed", "committed", 1]);
});

Deno.test("Alarms.settle() tries an asynchronous handler again that rejects", async () => {
  const { alarms, row } = setUp(() => Promise.reject(new HandlerError("later")));
  assertEquals(await alarms.settle(row), "retrying");
  assertEquals(decodePayload(alarms.locate("job")?.payload ?? "").meta.failures, 1);
});

Deno.test("Alarms.settle() counts no failure for a row that its asynchronous handler has cancelled or replaced", async () => {
  for (const change of ["take", "replace"]) {
    const { promise, reject } = Promise.withResolvers<void>();
    const { alarms, storage, row, events } = setUp(() => promise);
    const result = alarms.settle(row);
    const other = { ...row, payload: encodePayload("other") };
    if (change === "take") storage.take(row);
    else storage.move(row, other);
    reject(new HandlerError("too late"));
    assertEquals([await result, events], ["gone", []]);
    assertEquals(storage.get(row), change === "take" ? undefined : other);
  }
});

Deno.test("Alarms.settle() refuses a kind that nobody has registered, by code", () => {
  const { alarms, storage, row } = setUp();
  const fax = { ...row, id: "fax", kind: "fax" };
  storage.insert(fax);
  const error = assertThrows(() => alarms.settle(fax), UnknownRowKindError);
  assertEquals([error.code, error.kind, storage.get(fax)], ["UNKNOWN_ROW_KIND", "fax", fax]);
});

Deno.test("Alarms.settle() goes on when what hears of events throws", () => {
  const it = stage({
    onEvent: () => {
      throw new HandlerError("listener");
    },
  });
  it.storage.insert({ due: 5, id: "job", kind: "job", payload: encodePayload("body"), named: true });
  it.alarms.registerKind("job", { run: fail });
  assertEquals(it.alarms.settle({ due: 5, id: "job" }), "retrying");
});
