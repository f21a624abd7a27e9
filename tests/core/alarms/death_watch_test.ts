import { assert, assertEquals } from "@std/assert";
import { MARK_DUE } from "../../../core/alarms/row_table.ts";
import type { Storage } from "../../../core/storage.ts";
import { stage } from "../alarm_stage.ts";

/** A death of the object: what it throws reaches nobody, and nothing of it goes on. */
class Death extends Error {
  override readonly name = "Death";
}

/**
 * A stage whose handlers can kill: the alarm's handler ends there and then, the transaction is undone, and another
 * object takes up the storage two seconds later, as Cloudflare's does.
 */
function mortal() {
  const it = stage({ isPlatformFailure: (error) => error instanceof Death, maxRunsPerAlarm: 1_000 });
  let deaths = 0;
  it.actor.onAct = (what) => {
    if (!what.startsWith("kill")) return;
    deaths++;
    throw new Death(what);
  };
  async function live(ms: number): Promise<void> {
    const until = it.clock.now() + ms;
    while (it.clock.now() < until) {
      const before = deaths;
      await it.advance(Math.min(100, until - it.clock.now())).catch(() => {});
      if (deaths === before) continue;
      it.clock.tick(2_000);
      it.restart();
    }
  }
  return { it, live, deaths: () => deaths };
}

function mark(storage: Storage): string | undefined {
  return storage.get({ due: MARK_DUE, id: "running" })?.payload;
}

Deno.test("a schedule that has killed its object three times is a dead letter, and the others run", async () => {
  const { it, live, deaths } = mortal();
  it.alarms.schedule(1, it.ctn.say("before"));
  it.alarms.schedule(1.001, it.ctn.act("kill"), { id: "killer" });
  it.alarms.schedule(1.002, it.ctn.say("after"));
  await live(20_000);
  assertEquals([deaths(), it.actor.log.filter((what) => what !== "kill")], [3, ["before", "after"]]);
  const [letter, ...others] = it.alarms.getDeadLetters();
  assertEquals([letter.id, letter.failures, letter.error?.code, others], ["killer", 3, "QUARANTINED", []]);
  assertEquals(it.events.map(({ type }) => type), ["quarantined"]);
  assertEquals([mark(it.storage), it.storage.armedAt()], [undefined, undefined]);
});

Deno.test("the killer is found wherever it lies in a backlog, and each of several, at no cost to the innocent", async () => {
  const { it, live } = mortal();
  const killers = [3, 70, 71, 199];
  for (let i = 0; i < 200; i++) {
    it.alarms.schedule(1 + i / 1_000, killers.includes(i) ? it.ctn.act(`kill ${i}`) : it.ctn.say(`${i}`));
  }
  await live(120_000);
  const ran = it.actor.log.filter((what) => !what.startsWith("kill"));
  assertEquals([ran.length, new Set(ran).size], [196, 196]);
  assertEquals(it.alarms.getDeadLetters().length, 4);
  assertEquals([it.alarms.getSchedules(), mark(it.storage)], [[], undefined]);
});

Deno.test("a cron schedule that kills is quarantined as a whole, and goes on once it is redriven", async () => {
  const { it, live } = mortal();
  it.alarms.schedule("* * * * *", it.ctn.act("kill"), { id: "killer" });
  await live(100_000);
  assertEquals([it.alarms.getSchedule("killer"), it.alarms.getDeadLetters()[0]?.kind], [undefined, "cron"]);
  it.actor.onAct = () => {};
  assertEquals(it.alarms.redrive("killer"), "killer");
  it.actor.log.length = 0;
  await it.advance(180_000);
  assertEquals(it.actor.log.length, 4);
});

Deno.test("no mark is written while alarms come in time", async () => {
  const { it } = mortal();
  let inserted = 0;
  const insert = it.storage.insert.bind(it.storage);
  for (let i = 0; i < 20; i++) it.alarms.schedule(i, it.ctn.say("x"));
  it.storage.insert = (row) => {
    inserted++;
    insert(row);
  };
  for (let i = 0; i < 20; i++) {
    it.restart();
    await it.advance(1_000);
  }
  assertEquals([it.actor.log.length, inserted], [20, 0]);
});

Deno.test("an object that finds overdue rows runs them under one mark, which it removes", async () => {
  const { it } = mortal();
  const marks = new Set<string | undefined>();
  it.actor.onAct = () => marks.add(mark(it.storage));
  for (let i = 0; i < 150; i++) it.alarms.schedule(1, it.ctn.act("x"));
  it.clock.tick(60_000);
  it.restart();
  await it.advance(10);
  assertEquals([it.actor.log.length, marks.size, mark(it.storage)], [150, 1, undefined]);
  assert(!marks.has(undefined));
});

Deno.test("what has run is made durable before the next rows are risked", async () => {
  const log: string[] = [];
  const { alarms, actor, clock, ctn, ...it } = stage({
    sync: () => {
      log.push(`${actor.log.length}`);
      return Promise.resolve();
    },
  });
  for (let i = 0; i < 150; i++) alarms.schedule(1, ctn.say("x"));
  clock.tick(60_000);
  it.restart();
  await it.advance(10);
  assertEquals([log, actor.log.length], [["0", "64", "128"], 150]);
});

Deno.test("under a mark the alarm is armed soon, for a death that the platform does not answer", async () => {
  const { alarms, actor, clock, ctn, storage, ...it } = stage();
  let armed = 0;
  actor.onAct = () => armed = (storage.armedAt() ?? 0) - clock.now();
  alarms.schedule(1, ctn.act("x"));
  alarms.schedule(3_600, ctn.say("later"));
  clock.tick(60_000);
  it.restart();
  await it.advance(1);
  assertEquals(armed, 1_000);
});

Deno.test("a death that nobody tells of does not count: a row is blamed for three that are known", async () => {
  const { it, live } = mortal();
  it.alarms.schedule(1, it.ctn.act("kill"));
  it.clock.tick(5_000);
  await it.alarms.onAlarm().catch(() => {});
  for (let death = 2; death <= 4; death++) {
    assertEquals(it.alarms.getDeadLetters(), [], `before death ${death}`);
    it.restart();
    await it.alarms.onAlarm().catch(() => {});
  }
  it.restart();
  await live(100);
  assertEquals([it.actor.log.length, it.alarms.getDeadLetters().length], [3, 1]);
});

Deno.test("deaths count under the mark: those before it, within half a second of the due time, are not in the letter", async () => {
  // The platform tells of a failed alarm, or does not; the object starts again so many milliseconds after each death.
  const table: [retried: boolean, restart: number, deaths: number][] = [
    [true, 2_000, 3],
    [true, 50, 3],
    [false, 2_000, 4],
    [false, 200, 6],
  ];
  for (const [retried, restart, expected] of table) {
    const { it } = mortal();
    it.alarms.schedule(1, it.ctn.act("kill"), { id: "killer" });
    await it.advance(999);
    it.clock.tick(1);
    for (let start = 0; start < 20 && it.alarms.getDeadLetters().length === 0; start++) {
      await it.alarms.onAlarm({ retryCount: retried ? start : 0 }).catch(() => {});
      it.clock.tick(restart);
      it.restart();
    }
    const [letter] = it.alarms.getDeadLetters();
    assertEquals([it.actor.log.length, letter.id, letter.failures], [expected, "killer", 3], `${retried} ${restart}`);
  }
});

Deno.test("two deploys while an innocent row runs make no dead letter of it", async () => {
  const { it, live } = mortal();
  let deploys = 2;
  it.actor.onAct = () => {
    if (deploys-- > 0) throw new Death("deploy");
  };
  it.alarms.schedule(1, it.ctn.act("innocent"));
  await live(10_000);
  assertEquals([it.actor.log.length, it.alarms.getDeadLetters(), it.alarms.getSchedules()], [3, [], []]);
  assertEquals(mark(it.storage), undefined);
});

Deno.test("under a mark an asynchronous handler that never ends keeps the others for ten seconds at most", async () => {
  const { it } = mortal();
  it.alarms.schedule(1, it.ctn.wait("forever"));
  it.alarms.schedule(1.001, it.ctn.say("other"));
  it.clock.tick(60_000);
  it.restart();
  await it.advance(1);
  assertEquals(it.actor.log, ["forever begins", "other"]);
  assert(mark(it.storage) !== undefined, "the handler may yet kill");
  await it.advance(10_000);
  assertEquals(mark(it.storage), undefined);
});
