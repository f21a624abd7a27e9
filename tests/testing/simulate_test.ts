import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { MemoryStorage } from "../../adapters/memory.ts";
import { openSqlite } from "../../adapters/sqlite.ts";
import type { SqlDriver } from "../../core/sql_driver.ts";
import { SqlStorage } from "../../core/sql_storage.ts";
import type { Row } from "../../core/storage.ts";
import { type CallStep, FAULTS, simulate, type Step } from "../../testing/simulate.ts";

const ROOT = new URL("../../", import.meta.url).pathname;

/** A request at its simplest. */
function call(request: number, more: Partial<CallStep> = {}): CallStep {
  return {
    ...{ step: "call", request, durability: "strict", method: "GET", timeout: 10_000, grace: 5_000, takes: 100 },
    ...{ breaks: false, manner: "plain", onLate: false, onAmbiguous: "drop", named: false },
    ...more,
  };
}

/** Runs the command line tool; returns what it says last. */
async function run(from: number, seeds: number): Promise<string> {
  const flags = ["--seeds", String(seeds), "--from", String(from), "--sqlite", "1"];
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", "--allow-read", "--allow-env", "tools/simulate.ts", ...flags],
    cwd: ROOT,
  }).output();
  const text = new TextDecoder();
  return text.decode(stderr) + text.decode(stdout).trim();
}

Deno.test("simulate keeps every promise in 2,000 seeds of 200 steps, in memory and over SQLite alike", async () => {
  const said = await Promise.all([run(1, 1_000), run(1_001, 1_000)]);
  for (const line of said) assertStringIncludes(line, ", 0 failed, ");
});

Deno.test("simulate gives the same run for the same seed, and another for another", async () => {
  const [a, b, c] = [await simulate({ seed: 7 }), await simulate({ seed: 7 }), await simulate({ seed: 8 })];
  assertEquals(a, b);
  assert(a.state !== c.state);
  assert(a.ok && a.requests > 20);
});

Deno.test("simulate meets every kind of step when everything may go wrong", async () => {
  const { makePlan } = await import("../../testing/simulation/plan.ts");
  const kinds = new Set<string>();
  for (let seed = 1; seed <= 20; seed++) {
    for (const step of makePlan(seed, 200, new Set(FAULTS))) kinds.add(step.step);
  }
  assertEquals([...kinds].sort(), ["alarm", "call", "cancel", "crash", "evict", "full", "jump", "kill", "wait"]);
});

Deno.test("simulate writes 2 rows for a strict request, none for a short deferred one, none for memory", async () => {
  const plan = (durability: CallStep["durability"]): Step[] =>
    Array.from({ length: 100 }, (_, request) => [
      call(request, { durability }),
      { step: "wait", ms: 150 } as const,
    ]).flat();
  // One row in the log for each handler that has run.
  const costs = { strict: 200 + 100, deferred: 100, memory: 100 };
  for (const durability of ["strict", "deferred", "memory"] as const) {
    const { ok, rowsWritten, alarmsSet } = await simulate({ seed: 1, faults: [], plan: plan(durability) });
    assert(ok);
    assertEquals(rowsWritten, costs[durability], durability);
    assert(alarmsSet <= 10, `${durability}: ${alarmsSet} alarms`);
    if (durability === "memory") assertEquals(alarmsSet, 0);
  }
});

/** A driver over SQLite itself, whose own account can be read. */
function countingDriver(): SqlDriver & { changes(): number; close(): void } {
  const database = new DatabaseSync(":memory:");
  let depth = 0;
  return {
    exec: (query, ...bindings) => database.prepare(query).all(...bindings),
    transaction(run) {
      const name = `t${depth++}`;
      database.exec(`SAVEPOINT ${name}`);
      try {
        const result = run();
        database.exec(`RELEASE ${name}`);
        return result;
      } catch (error) {
        database.exec(`ROLLBACK TO ${name}; RELEASE ${name}`);
        throw error;
      } finally {
        depth--;
      }
    },
    changes: () => Number(database.prepare("SELECT total_changes() AS n").get()?.n),
    close: () => database.close(),
  };
}

Deno.test("simulate counts the rows that SQLite counts", async () => {
  const driver = countingDriver();
  let armed = 0;
  class Counted extends SqlStorage {
    override arm(at: number): void {
      const before = driver.changes();
      super.arm(at);
      armed += driver.changes() - before;
    }
    override disarm(): void {
      const before = driver.changes();
      super.disarm();
      armed += driver.changes() - before;
    }
  }
  const storage = new Counted(driver);
  const before = driver.changes();
  const plan: Step[] = [
    call(1),
    call(2, { durability: "deferred", takes: 3_000 }),
    call(3, { durability: "memory" }),
    call(4, { manner: "async" }),
    call(5, { takes: 9_000 }),
    { step: "cancel", request: 5 },
    { step: "wait", ms: 9_000 },
  ];
  const { ok, rowsWritten } = await simulate({ seed: 3, faults: [], plan, storage: () => storage });
  assert(ok);
  assertEquals(rowsWritten, driver.changes() - before - armed);
  assert(rowsWritten >= 14, String(rowsWritten));
  driver.close();
});

Deno.test("simulate knows a lost executor within two heartbeats, not at the deadline", async () => {
  const long = call(1, { method: "POST", timeout: 300_000, takes: 290_000 });
  const plan: Step[] = [long, { step: "wait", ms: 20_000 }, { step: "kill", which: 0 }, { step: "wait", ms: 10_001 }];
  const { ok, state } = await simulate({ seed: 1, faults: [], plan });
  assert(ok);
  assertStringIncludes(state, "EXECUTOR_LOST");
});

Deno.test("simulate finds a storage that loses a row, and cuts the plan down", async () => {
  class Forgetful extends MemoryStorage {
    override insert(row: Row): void {
      if (!row.id.startsWith("named-3")) super.insert(row);
    }
  }
  const plan = [1, 2, 3, 4].flatMap((request): Step[] => [
    call(request, { named: true }),
    { step: "wait", ms: 1_000 },
  ]);
  const result = await simulate({ seed: 1, plan, faults: [], storage: () => new Forgetful() });
  assert(!result.ok);
  assertEquals(result.plan.length, 1);
  assertStringIncludes(result.violations[0], "request 3 is lost");
  assertStringIncludes(result.trace.join("\n"), "object calls 3");
  // A storage of one's own is nothing that a command could name.
  assertStringIncludes(result.replay, "simulate({ ...yours, seed: 1, ");
});

Deno.test("simulate finds a storage that does not undo", async () => {
  class Careless extends MemoryStorage {
    override transaction<T>(run: () => T): T {
      return run();
    }
  }
  const plan: Step[] = [call(1, { manner: "throwOnce" }), { step: "wait", ms: 5_000 }];
  const result = await simulate({ seed: 1, plan, faults: [], storage: () => new Careless() });
  assert(!result.ok);
});

Deno.test("simulate rejects when the storage cannot be made", async () => {
  const broken = () => openSqlite("/nonexistent/directory/rows.db");
  await assertRejects(() => simulate({ seed: 1, storage: broken }), Error, "Cannot");
});

Deno.test("simulate never takes an answer at the edge of its budget for a timeout, in 100,000 cases", async () => {
  const PER_RUN = 500;
  let cases = 0;
  for (let seed = 1; cases < 100_000; seed++) {
    const plan: Step[] = Array.from({ length: PER_RUN }, (_, request) => [
      // Finished on the last millisecond of the timeout; on its way for anything up to the last of grace.
      call(request, { timeout: 1_000 + (request % 7), takes: 999 + (request % 7), grace: 8_100 }),
      { step: "wait", ms: request % 3 } as const,
    ]).flat();
    const result = await simulate({ seed, plan, faults: ["delay", "reorder", "lateAlarm"], shrink: false });
    assert(result.ok, result.violations.join("\n"));
    assert(!result.state.includes('"log","TIMEOUT"'), `seed ${seed}`);
    cases += PER_RUN;
  }
});
