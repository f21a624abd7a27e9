import { assert, assertEquals, assertRejects } from "@std/assert";
import { HandlerFailedError, readLog } from "../../../testing/simulation/object.ts";
import type { Fault } from "../../../testing/simulation/plan.ts";
import { ObjectLostError } from "../../../testing/simulation/shaky_storage.ts";
import type { SimulatedCall, Subject } from "../../../testing/simulation/subject.ts";
import { settle } from "../../../testing/simulation/time.ts";
import { answer, subjectStage } from "./subject_stage.ts";

/** Runs what a test gives it. */
class Actor {
  readonly handle: (nth: number) => unknown;
  constructor(handle: (nth: number) => unknown) {
    this.handle = handle;
  }
  onReply(nth: number): unknown {
    return this.handle(nth);
  }
  async onReplyLater(nth: number): Promise<void> {
    await this.handle(nth);
  }
}

function acting(handle: (nth: number) => unknown, call?: (call: SimulatedCall<Actor>) => unknown): Subject<Actor> {
  const ask = ({ nth, ctn, proxyFetch }: SimulatedCall<Actor>) => proxyFetch("https://a.example/", ctn().onReply(nth));
  return { origin: () => new Actor(handle), call: (_actor, given) => (call ?? ask)(given) };
}

Deno.test("Witness runs the subject's handler and logs it in the transaction that ends the request", async () => {
  const seen: number[] = [];
  const it = subjectStage(acting((nth) => void seen.push(nth)));
  await it.call(3);
  await it.host.arrive(answer(it.jobs[0]));
  assertEquals([seen, readLog(it.disk, "log/3"), it.host.waiting()], [[3], ["ok/1"], []]);
});

Deno.test("Witness leaves no log of a handler that throws, and lets the ledger try it again", async () => {
  let tries = 0;
  const it = subjectStage(acting(() => {
    if (tries++ === 0) throw new RangeError("once");
  }));
  await it.call(3);
  await it.host.arrive(answer(it.jobs[0]));
  assertEquals(readLog(it.disk, "log/3"), []);
  await it.pass(5_000);
  assertEquals([tries, readLog(it.disk, "log/3")], [2, ["ok/1"]]);
});

Deno.test("Witness fails handlers that have done their work, where the fault is on", async () => {
  const runs = async (faults: readonly Fault[]): Promise<number> => {
    let most = 0;
    for (let nth = 0; nth < 100; nth++) {
      let tries = 0;
      const it = subjectStage(acting(() => void tries++), faults);
      await it.call(nth);
      await it.host.arrive(answer(it.jobs[0]));
      await it.pass(60_000);
      most = Math.max(most, tries);
      assertEquals(readLog(it.disk, `log/${nth}`).length <= 1, true);
    }
    return most;
  };
  assertEquals([await runs([]), await runs(["throw"])], [1, 5]);
});

Deno.test("Witness logs an asynchronous handler when it has ended, and is busy until then", async () => {
  for (const method of ["onReply", "onReplyLater"] as const) {
    const { promise, resolve } = Promise.withResolvers<void>();
    const it = subjectStage(acting(() => promise, ({ nth, ctn, proxyFetch }) => {
      proxyFetch("https://a.example/", ctn()[method](nth));
    }));
    await it.call(3);
    const settled = it.host.arrive(answer(it.jobs[0]));
    await settle();
    assertEquals([it.host.isBusy, readLog(it.disk, "log/3"), it.book.byId(it.jobs[0].id)?.asynchronous], [
      true,
      [],
      true,
    ]);
    resolve();
    assertEquals([await settled, readLog(it.disk, "log/3"), it.host.isBusy], ["settled", ["ok/1"], false]);
  }
});

Deno.test("Witness logs nothing for an asynchronous handler whose object is lost meanwhile", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const it = subjectStage(acting(() => promise));
  await it.call(3);
  const settled = it.host.arrive(answer(it.jobs[0]));
  it.host.evict();
  resolve();
  await assertRejects(() => settled, ObjectLostError);
  await settle();
  assertEquals(readLog(it.disk, "log/3"), []);
});

Deno.test("Witness lets some asynchronous handlers hang until their object is lost, where the fault is on", async () => {
  let hung = 0;
  for (let nth = 0; nth < 60; nth++) {
    const it = subjectStage(acting(() => Promise.resolve()), ["hang"]);
    await it.call(nth);
    void it.host.arrive(answer(it.jobs[0])).catch(() => {});
    await settle();
    if (!it.host.isBusy) continue;
    hung++;
    it.host.evict();
    assertEquals(await it.host.arrive(answer(it.jobs[0], 2)), "settled");
    assertEquals(readLog(it.disk, `log/${nth}`), ["ok/1"]);
  }
  assert(hung > 0 && hung < 30, String(hung));
});

Deno.test("Witness finds a continuation that nobody has asked for", async () => {
  const it = subjectStage(acting(() => {}));
  await it.call(3);
  it.book.stories.clear();
  await it.host.arrive(answer(it.jobs[0]));
  assertEquals(it.book.violations, ["request 3: a continuation runs that nobody has asked for"]);
});

Deno.test("Witness fails some runs of schedules as well, and each runs in the end", async () => {
  let tries = 0;
  const it = subjectStage(
    acting(() => void tries++, ({ nth, ctn, alarms }) => alarms.schedule(1, ctn().onReply(nth))),
    ["throw"],
  );
  for (let nth = 0; nth < 40; nth++) await it.call(nth);
  await it.pass(120_000);
  assertEquals(it.report().schedules.map(({ commits }) => commits), Array(40).fill(1));
  assert(tries > 40, String(tries));
  assertEquals([it.judge(), new HandlerFailedError().code], [[], "HANDLER_FAILED"]);
});
