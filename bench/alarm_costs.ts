/**
 * What the alarms cost beside the bare SQL that they stand on, on the same database in the same run: measured by
 * benchmarks, and held to limits by a test.
 *
 * @module
 */
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { openSqlite } from "../adapters/sqlite.ts";
import { Alarms } from "../core/alarms.ts";
import { continuation } from "../core/continuation.ts";
import type { Storage } from "../core/storage.ts";

/** The object whose method the schedules call. */
export class Counter {
  count = 0;
  add(by: number): void {
    this.count += by;
  }
}

/** Alarms over a storage, SQLite in memory by default, holding `rows` schedules that are due in a day or later. */
export class Subject {
  readonly counter = new Counter();
  readonly ctn = continuation<Counter>();
  readonly alarms: Alarms;
  readonly #storage: Storage;

  constructor(rows = 0, storage: Storage = openSqlite(":memory:")) {
    this.#storage = storage;
    this.alarms = new Alarms({ storage, origin: this.counter, base: Object.prototype });
    this.fill(rows, 86_400);
  }

  /** Adds schedules, a millisecond apart, or all at one time when that is 0 seconds from now. */
  fill(rows: number, delay: number): void {
    this.#storage.transaction(() => {
      for (let i = 0; i < rows; i++) this.alarms.schedule(delay === 0 ? 0 : delay + i / 1_000, this.ctn.add(1));
    });
  }

  /** Schedules and cancels one. */
  scheduleAndCancel(): void {
    this.alarms.cancelSchedule(this.alarms.schedule(90_000, this.ctn.add(1)).id);
  }
}

const BODY = '{"v":1,"ops":[["add",[1]]]}';

/** The same two writes by hand, prepared once. */
export class BareSql {
  readonly #insert: StatementSync;
  readonly #take: StatementSync;
  readonly #due: StatementSync;
  readonly #begin: StatementSync;
  readonly #commit: StatementSync;
  #next = 0;

  constructor(rows = 0, database: DatabaseSync = new DatabaseSync(":memory:")) {
    database.exec(
      `CREATE TABLE bare (due INTEGER NOT NULL, id TEXT NOT NULL, kind TEXT NOT NULL, payload TEXT NOT NULL,
        named INTEGER NOT NULL, PRIMARY KEY (due, id)) WITHOUT ROWID;
      CREATE UNIQUE INDEX bare_named ON bare (id) WHERE named = 1`,
    );
    this.#insert = database.prepare("INSERT INTO bare VALUES (?, ?, ?, ?, ?)");
    this.#take = database.prepare("DELETE FROM bare WHERE due = ? AND id = ? RETURNING *");
    this.#due = database.prepare("SELECT * FROM bare WHERE due <= ? ORDER BY due, id LIMIT 64");
    this.#begin = database.prepare("BEGIN IMMEDIATE");
    this.#commit = database.prepare("COMMIT");
    this.#begin.run();
    for (let i = 0; i < rows; i++) this.#insert.run(i, `${i}`, "once", BODY, 0);
    this.#commit.run();
  }

  /** Inserts and deletes one row. */
  insertAndDelete(): void {
    const id = `id-${this.#next++}`;
    const due = Date.now() + 90_000_000;
    this.#insert.run(due, id, "once", BODY, 0);
    this.#take.all(due, id);
  }

  /** Reads the due rows by pages and deletes each in a transaction of its own; returns how many. */
  sweep(): number {
    let swept = 0;
    for (;;) {
      const rows = this.#due.all(Number.MAX_SAFE_INTEGER);
      if (rows.length === 0) return swept;
      for (const { due, id } of rows) {
        this.#begin.run();
        this.#take.all(Number(due), String(id));
        this.#commit.run();
        swept++;
      }
    }
  }
}

/**
 * How many times as long `run` takes as `base`: each in turn, the least of `rounds` tries, since the machine's noise only
 * ever adds.
 */
export function ratio(rounds: number, run: () => void, base: () => void): number {
  const best = [Infinity, Infinity];
  for (let round = 0; round < rounds; round++) {
    for (const [which, measured] of [run, base].entries()) {
      const start = performance.now();
      measured();
      best[which] = Math.min(best[which], performance.now() - start);
    }
  }
  return best[0] / best[1];
}

/** Does something often enough to be timed. */
export function repeat(times: number, run: () => void): () => void {
  return () => {
    for (let i = 0; i < times; i++) run();
  };
}
